"""Compiled code is kept where it can be, and nothing needs that it is kept."""

from __future__ import annotations

import errno
import os
import re
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numba
import numpy as np
import pytest

import vasari
from tests.conftest import little_environment
from vasari import kernels
from vasari.errors import VasariWarning

PACKAGE = Path(vasari.__file__).parent


def _add(a, b):  # type: ignore[no-untyped-def]
    return a + b


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder in which compiled code is kept in this process."""
    monkeypatch.setattr(numba.config, "CACHE_DIR", str(tmp_path / "kept"))
    kernels._warn.cache_clear()
    yield tmp_path / "kept"
    kernels._warn.cache_clear()


def test_says_it_once_where_nothing_can_be_written(
    portrait: Path, voice: Path, tmp_path: Path
) -> None:
    """Files stand where folders are needed: that stops the system's owner too."""
    shut = tmp_path / "shut"
    shut.touch()
    copy = shutil.copytree(
        PACKAGE, tmp_path / "site" / "vasari", ignore=shutil.ignore_patterns("__pycache__")
    )
    for folder in [copy, *filter(Path.is_dir, copy.rglob("*"))]:
        (folder / "__pycache__").touch()
    environment = little_environment(shut, shut)
    environment["PYTHONPATH"] = os.pathsep.join([str(copy.parent), environment["PYTHONPATH"]])
    words = [sys.executable, "-m", "vasari", "say", portrait, voice, "-o", "a.mp4", "--size", "256"]
    done = subprocess.run(
        list(map(str, words)), cwd=tmp_path, env=environment, capture_output=True, text=True,
        timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stderr.splitlines() == [kernels.SLOW, "Made a.mp4"]
    assert (tmp_path / "a.mp4").exists()


@pytest.mark.parametrize("signature", ["int64(int64, int64)", None])
def test_kept_for_the_next_start(kept: Path, signature: str | None) -> None:
    assert kernels.kernel(signature)(_add)(1, 2) == 3
    assert list(kept.rglob("*.nbc"))
    loop = kernels.kernel(signature)(_add)
    assert loop(1, 2) == 3
    assert sum(loop.stats.cache_hits.values()) == 1


@pytest.mark.parametrize("damaged", ["*.nbi", "*.nbc", "*"])
def test_damaged_code_is_compiled_again(kept: Path, damaged: str) -> None:
    kernels.kernel()(_add)(1, 2)
    for path in filter(Path.is_file, kept.rglob(damaged)):
        path.write_bytes(path.read_bytes()[:9])
    assert kernels.kernel()(_add)(1, 2) == 3
    again = kernels.kernel()(_add)
    assert again(1, 2) == 3
    assert sum(again.stats.cache_hits.values()) == 1


def test_a_full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(numba.core.caching.IndexDataCacheFile, "save", full)
    with pytest.warns(VasariWarning, match="NUMBA_CACHE_DIR"):
        assert kernels.kernel()(_add)(1, 2) == 3
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert kernels.kernel()(_add)(1.5, 2) == 3.5


def test_without_compiling(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numba.config, "DISABLE_JIT", 1)
    assert kernels.kernel("int64(int64, int64)")(_add)(np.float32(1), 2) == 3


def test_one_place_compiles() -> None:
    texts = {path: path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py")}
    assert [p.name for p in texts if re.search("njit|numba.jit", texts[p])] == ["kernels.py"]
