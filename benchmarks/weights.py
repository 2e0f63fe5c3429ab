"""Which networks a figure was made with."""

from __future__ import annotations

import hashlib
from importlib.resources import files


def fingerprints(*names: str) -> dict[str, str]:
    """The beginning of the SHA-256 of `weights/<name>.onnx`, by name, where it is there."""
    folder = files("vasari") / "weights"
    there = {name: folder / f"{name}.onnx" for name in names}
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        for name, path in there.items()
        if path.is_file()
    }
