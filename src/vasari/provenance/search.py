"""Looking for the mark in one picture of many means, at any scale and turn.

1. `residual`: what of the picture a mark could be: fine detail, measured by its surroundings.
2. `Spectrum`: its Fourier transform, each value measured by those around it.
3. `lattices`: the scales and turns whose lattice of waves stands out, whatever their phases.
4. `fit`: of each, how well the known phases agree, at the best shift, mirrored or not.

The phases come from a key that no picture knows. So in a picture without the mark each wave agrees
with its own by the cosine of an angle that may be anything, whatever the picture shows. The sum of
such cosines with weights w is above s times the root of sum(w * w) / 2 with a chance of at most
exp(-s * s / 2) (each has the moments of less than a Gaussian: Chernoff). That, times the number of
places that were tried, is the chance of a false alarm.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.provenance.pattern import DATA, HIGHEST, PERIOD, phases, waves
from vasari.values import FloatArray

PERIODS = 24.0, 260.0  # pixels of the tile that are looked for
TURNS = 3.0  # degrees, either way
TRIED = 48  # lattices whose phases are looked at
GRID = 64  # shifts in each direction, of one tile
FINER = 16  # by how much more places than those of the grid count, since the best is then refined
CAP = 2.5  # of one wave, by what lies around it: no single stripe may decide
SYMMETRIES = [
    np.array(m).reshape(2, 2)
    for m in ([1, 0, 0, 1], [-1, 0, 0, 1], [0, 1, -1, 0], [0, -1, 1, 0],
              [-1, 0, 0, -1], [1, 0, 0, -1], [0, 1, 1, 0], [0, -1, -1, 0])
]  # fmt: skip

Complex = NDArray[np.complex128]


@dataclass(frozen=True)
class Place:
    """Where a mark may be.

    Attributes:
        lattice: (2, 2) takes a wave, in periods of the tile, to its frequency in bins.
        shift: (2,) of the tile's corner from the picture's middle, in tiles.
        score: how well the phases agree, in standard deviations of pictures without the mark.
    """

    lattice: NDArray[np.float64]
    shift: NDArray[np.float64]
    score: float


def residual(light: FloatArray) -> FloatArray:
    """What of a picture (H, W) could be a mark: its fine detail, about 1 everywhere."""
    fine = light - cv2.GaussianBlur(light, (0, 0), 5)
    around = cv2.sqrt(cv2.blur(fine * fine, (15, 15)).clip(0)) + np.float32(0.4)
    return np.clip(fine / around, -2.5, 2.5) * _faded(light.shape)


def _faded(shape: tuple[int, ...]) -> FloatArray:
    """(H, W) 1, and falling to 0 along the border."""
    sides = []
    for side in shape:
        from_border = np.minimum(np.arange(side), np.arange(side)[::-1]) + 0.5
        sides.append(np.clip(from_border / (0.06 * side), 0, 1))
    return np.outer(*sides).astype(np.float32)


class Spectrum:
    """The Fourier transform of a residual, with twice the resolution and phases from its middle.

    Attributes:
        size: bins of each side; a frequency of f periods a pixel lies f * size bins from `middle`.
    """

    def __init__(self, image: FloatArray) -> None:
        self.size = cv2.getOptimalDFTSize(2 * max(image.shape))
        self.size += self.size % 2
        self.middle = self.size // 2
        height, width = image.shape
        room = np.zeros((self.size, self.size), np.float32)
        y, x = self.middle - height // 2, self.middle - width // 2
        room[y : y + height, x : x + width] = image
        turned = cv2.dft(np.fft.ifftshift(room), flags=cv2.DFT_COMPLEX_OUTPUT)
        power = np.square(turned).sum(2)
        level = cv2.blur(power, (33, 33), borderType=cv2.BORDER_REFLECT)
        turned /= np.sqrt(level + 1e-12)[..., None]
        self._values: NDArray[np.complex64] = np.fft.fftshift(turned.view(np.complex64)[..., 0])

    def power(self, at: NDArray[np.float64]) -> NDArray[np.float64]:
        """Power at frequencies (..., 2) in bins, of the nearest bin, capped."""
        x, y = np.moveaxis(np.rint(at).astype(np.int64) + self.middle, -1, 0)
        value = self._values[y, x]
        return np.minimum(value.real**2 + value.imag**2, CAP**2)

    def at(self, at: NDArray[np.float64]) -> Complex:
        """Values at frequencies (..., 2) in bins, between bins too, capped."""
        whole = np.floor(at).astype(np.int64)
        fx, fy = np.moveaxis(at - whole, -1, 0)
        x, y = np.moveaxis(whole + self.middle, -1, 0)
        v = self._values
        value = (
            (1 - fy) * ((1 - fx) * v[y, x] + fx * v[y, x + 1])
            + fy * ((1 - fx) * v[y + 1, x] + fx * v[y + 1, x + 1])
        ).astype(np.complex128)  # fmt: skip
        size = np.abs(value)
        return value * np.minimum(1, CAP / np.maximum(size, 1e-9))


def lattices(spectrum: Spectrum) -> list[NDArray[np.float64]]:
    """Those (2, 2) of all scales and turns whose waves have the most power, the best first."""
    k = waves().astype(np.float64)
    most = min(spectrum.size / PERIODS[0], spectrum.middle / HIGHEST - 1)
    found = []
    for u in np.arange(spectrum.size / PERIODS[1], most, 0.09):
        turns = np.arange(-np.radians(TURNS), np.radians(TURNS) + 1e-9, max(0.09 / u, 2e-3))
        turns -= turns.mean()
        for turn, power in zip(turns, _powers(spectrum, k, u, turns), strict=True):
            found.append((power, u, turn))
    found.sort(reverse=True)
    return [u * _rotation(turn) for _, u, turn in found[:TRIED]]


def _powers(
    spectrum: Spectrum, k: NDArray[np.float64], u: float, turns: NDArray[np.float64]
) -> NDArray[np.float64]:
    return spectrum.power(u * k @ np.array([_rotation(t).T for t in turns])).sum(1)


def _rotation(turn: float) -> NDArray[np.float64]:
    return np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])


def fit(spectrum: Spectrum, lattice: NDArray[np.float64]) -> Place:
    """The shift and the symmetry at which the known phases agree best with one lattice."""
    k = waves()[DATA:]
    best = Place(lattice, np.zeros(2), -1.0)
    for symmetry in SYMMETRIES:
        turned = lattice @ symmetry
        agree = spectrum.at(k @ turned.T) * np.exp(-1j * phases()[DATA:])
        room = np.zeros((GRID, GRID), complex)
        room[k[:, 1] % GRID, k[:, 0] % GRID] = agree
        sums = np.fft.ifft2(room).real
        y, x = np.unravel_index(int(sums.argmax()), sums.shape)
        score = sums[y, x] * GRID**2 / np.sqrt(np.square(np.abs(agree)).sum() / 2 + 1e-9)
        if score > best.score:
            best = Place(turned, np.array([x, y]) / GRID, float(score))
    return best


def refined(spectrum: Spectrum, place: Place) -> Place:
    """The same mark, its lattice and shift as they agree best."""
    step_lattice, step_shift = 0.04, 0.5 / GRID
    for _ in range(4):
        for _ in range(2):
            for change in _changes(step_lattice, step_shift):
                for sign in (1, -1):
                    trial = Place(
                        place.lattice + sign * change[0], place.shift + sign * change[1], 0.0
                    )
                    score = agreement(spectrum, trial)
                    if score > place.score:
                        place = Place(trial.lattice, trial.shift, score)
                        break
        step_lattice, step_shift = step_lattice / 2, step_shift / 2
    return place


def _changes(lattice: float, shift: float) -> list[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    none = np.zeros((2, 2)), np.zeros(2)
    out = [(none[0], np.array(d) * shift) for d in ((1.0, 0.0), (0.0, 1.0))]
    for i in range(4):
        change = np.zeros(4)
        change[i] = lattice
        out.append((change.reshape(2, 2), none[1]))
    return out


def turns_at(spectrum: Spectrum, place: Place) -> Complex:
    """(n,) the waves as they are seen, each against its own known phase."""
    k = waves()
    seen = spectrum.at(k @ place.lattice.T)
    return seen * np.exp(1j * (2 * np.pi * (k @ place.shift) - phases()))


def agreement(spectrum: Spectrum, place: Place) -> float:
    """How well the known phases agree, in standard deviations of pictures without the mark."""
    seen = turns_at(spectrum, place)[DATA:]
    return float(seen.real.sum() / np.sqrt(np.square(np.abs(seen)).sum() / 2 + 1e-9))


def places_tried() -> float:
    """How many places one search looks at, those of the refinement among them."""
    return float(TRIED * len(SYMMETRIES) * GRID**2 * FINER)


assert PERIODS[0] < PERIOD < PERIODS[1]
