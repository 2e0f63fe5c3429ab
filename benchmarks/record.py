"""Where figures are kept: with the machine, the commit and the command that made them."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


def save(name: str, result: dict[str, Any], out: Path | None = None) -> Path:
    """Write a result as JSON, its floats to four digits, beside what it was made with. Parts that
    were added stay."""
    path = out or RESULTS / f"{name}.json"
    kept = {k: v for k, v in _stored(path).items() if isinstance(v, dict) and "made" in v}
    return _written(path, {"made": _made(), **_rounded(result), **kept})


def add(name: str, part: str, result: dict[str, Any], out: Path | None = None) -> Path:
    """Write a result that is made by a command of its own into that of `name`, whose rest stays."""
    path = out or RESULTS / f"{name}.json"
    return _written(path, {**_stored(path), part: {"made": _made(), **_rounded(result)}})


def _stored(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text()) if path.is_file() else {}


def _written(path: Path, whole: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(whole, indent=1) + "\n")
    return path


def _made() -> dict[str, Any]:
    return {
        "command": " ".join(["python -m", _module(), *map(os.path.basename, sys.argv[1:])]),
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "commit": _git("rev-parse", "--short=12", "HEAD"),
        "changed": bool(_git("status", "--porcelain", "--", "src")),
        "machine": f"{_processor()}, {os.cpu_count()} cores",
        "system": f"{platform.system()}, Python {platform.python_version()}",
    }


def _module() -> str:
    main = sys.modules["__main__"].__spec__
    return main.name.removesuffix(".__main__") if main else Path(sys.argv[0]).stem


def _git(*arguments: str) -> str:
    here = Path(__file__).parent
    done = subprocess.run(["git", *arguments], cwd=here.parent, capture_output=True, text=True)
    return done.stdout.strip()


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _rounded(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(v) for v in value]
    if isinstance(value, float) or hasattr(value, "dtype"):
        number = float(value)
        return None if number != number else round(number, 4)
    return value
