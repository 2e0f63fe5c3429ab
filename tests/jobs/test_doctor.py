"""The doctor notices what is missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import vasari
from vasari.jobs import doctor
from vasari.networks import WEIGHTS

PACKAGE = Path(vasari.__file__).parent


def test_every_file_of_weights_is_known_and_every_network_that_is_asked_for() -> None:
    assert sorted(p.name for p in (PACKAGE / "weights").iterdir()) == sorted(WEIGHTS)
    source = "\n".join(p.read_text() for p in PACKAGE.rglob("*.py"))
    asked = set(re.findall(r'network\("(\w+)"\)', source))
    assert asked
    assert {f"{name}.onnx" for name in asked} <= set(WEIGHTS)


@pytest.mark.parametrize("name", WEIGHTS)
def test_a_missing_file_of_weights_is_named(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "weights").mkdir()
    for other in WEIGHTS:
        if other != name:
            (tmp_path / "weights" / other).write_bytes(b"")
    monkeypatch.setattr(doctor, "files", lambda package: tmp_path)
    monkeypatch.setattr(doctor, "network", lambda name: None)
    assert list(doctor._broken_weights(lambda line: None)) == [f"the weights {name} are missing."]
