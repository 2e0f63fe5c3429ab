"""The tracks of shared/data/people."""

from __future__ import annotations

import csv
import io
import lzma
from pathlib import Path
from typing import Any

import numpy as np

from training.face_space.fit import Tracks


class People(Tracks):
    """Coded as the clips' tracks are."""

    def __init__(self, shared: Path, tracks: Tracks) -> None:
        data = shared / "data"
        with lzma.open(data / "people.npz.xz") as f:
            self.z: dict[str, Any] = dict(np.load(io.BytesIO(f.read())))
        self.z |= {k: tracks.z[k] for k in ("mean", "basis", "step")}
        self.rows = {r["id"]: r for r in csv.DictReader((data / "people.csv").open())}
        self.topology, self.canonical = tracks.topology, tracks.canonical
