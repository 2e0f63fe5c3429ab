"""A few hundred damaged files of each of our kinds are read, or refused in one sentence."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from benchmarks.fuzz.changes import changed
from benchmarks.fuzz.run import GOOD, run
from benchmarks.fuzz.samples import FILES, OURS, make

from tests.faces import made_face

FEW, MANY = 100, 2000


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("good")
    make(folder, made_face())
    return folder


def assert_good(folder: Path, count: int) -> None:
    for kind, counts in run(folder, 3, [(kind, count) for kind in OURS]).items():
        assert set(counts.ended) <= set(GOOD), (kind, counts.faults)
        assert counts.ended["refused"] > count / 3, kind
        assert counts.ended["read"] > 0, kind


def test_nothing_but_files_read_and_one_sentence(good: Path) -> None:
    assert_good(good, FEW)


@pytest.mark.slow
def test_the_same_of_more(good: Path) -> None:
    assert_good(good, MANY)


DIES = """
import json, os, signal, sys
for at in range(3, len(sys.argv), 3):
    for k in range(int(sys.argv[at + 1]), int(sys.argv[at + 2])):
        print(json.dumps(["begun", sys.argv[at], k]), flush=True)
        if k == 2:
            os.kill(os.getpid(), signal.SIGPROF if sys.argv[at] == "CSV" else signal.SIGKILL)
        print(json.dumps(["ended", sys.argv[at], k, "read", "", 0.1, 1.0]), flush=True)
"""


def test_what_ends_a_worker_is_counted_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.fuzz.run.WORKER", [sys.executable, "-c", DIES])
    counts = run(tmp_path, 3, [("CSV", 5), ("motion", 3)])
    assert counts["CSV"].ended == {"read": 4, "too slow": 1}
    assert counts["motion"].ended == {"read": 2, "crashed (SIGKILL)": 1}


@pytest.mark.parametrize("kind", FILES)
def test_a_seed_gives_the_same_file(good: Path, kind: str) -> None:
    content = (good / FILES[kind]).read_bytes()
    one, two = (changed(content, kind, np.random.default_rng(5)) for _ in range(2))
    assert kind in ("face", "motion", "landmarks npz") or one == two  # zips hold the time
