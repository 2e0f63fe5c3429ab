"""Looking for the mark in one picture of many means, at any scale and turn.

1. `residual`: what of the picture a mark could be: fine detail, measured by its surroundings.
2. `Spectrum`: its Fourier transform, each value measured by those around it.
3. `_lattices`: the scales and turns whose lattice of waves stands out, whatever their phases.
4. `_fit`: of each, how well the known phases agree, at the best shift, mirrored or not.

The phases come from a key that no picture knows. So in a picture without the mark each wave agrees
with its own by the cosine of an angle that may be anything, whatever the picture shows. The sum of
such cosines with weights w is above s times the root of sum(w * w) / 2 with a chance of at most
exp(-s * s / 2) (each has the moments of less than a Gaussian: Chernoff). That, times the number of
places that were tried, is the chance of a false alarm.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.provenance.pattern import DATA, HIGHEST, phases, waves
from vasari.values import FloatArray

PERIODS = 24.0, 260.0  # pixels of the tile that are looked for
TURNS = 3.0  # degrees, either way
STEP = 0.09  # bins by which scales, and turns seen at the first wave, differ
BANDS = 99.0, 9.5  # waves up to which are looked at: all; or those that shrinking and blur leave
TRIED = 24  # lattices whose phases are looked at, of each band
GRID = 64  # shifts in each direction, of one tile
FINER = 16  # by how much more places than those of the grid count, since the best is then refined
CAP = 1.5  # of one wave, by what lies around it: no single stripe may decide
SYMMETRIES = [
    np.array(m).reshape(2, 2)
    for m in ([1, 0, 0, 1], [-1, 0, 0, 1], [0, 1, -1, 0], [0, -1, 1, 0],
              [-1, 0, 0, -1], [1, 0, 0, -1], [0, 1, 1, 0], [0, -1, -1, 0])
]  # fmt: skip

Complex = NDArray[np.complex128]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Place:
    """Where a mark may be.

    Attributes:
        lattice: (2, 2) takes a wave, in periods of the tile, to its frequency in bins.
        shift: (2,) of the tile's corner from the picture's middle, in tiles.
        band: one of BANDS.
        score: how well the phases agree, in standard deviations of pictures without the mark.
    """

    lattice: Floats
    shift: Floats
    band: float
    score: float


def residual(light: FloatArray) -> FloatArray:
    """What of a picture (H, W) could be a mark: its fine detail, about 1 everywhere."""
    fine = light - cv2.GaussianBlur(light, (0, 0), 5)
    around = cv2.sqrt(cv2.blur(fine * fine, (15, 15)).clip(0)) + np.float32(1)
    seen = np.clip(fine / around, -2.5, 2.5) / cv2.sqrt(around)
    return np.asarray(seen * _faded(light.shape), np.float32)


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
        level: FloatArray = cv2.blur(power, (33, 33), borderType=cv2.BORDER_REFLECT)
        turned = np.asarray(turned / np.sqrt(level + 1e-12)[..., None])
        self._values: NDArray[np.complex64] = np.fft.fftshift(turned.view(np.complex64)[..., 0])

    def power(self, at: Floats) -> Floats:
        """Power at frequencies (..., 2) in bins, of the nearest bin, capped."""
        x, y = np.moveaxis(np.rint(at).astype(np.int64) + self.middle, -1, 0)
        value = self._values[y, x]
        return np.asarray(np.minimum(value.real**2 + value.imag**2, CAP**2))

    def at(self, at: Floats) -> Complex:
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
        capped: Complex = value * np.minimum(1, CAP / np.maximum(size, 1e-9))
        return capped


def best_place(spectrum: Spectrum) -> Place:
    """Where the known phases agree best."""
    found = _lattices(spectrum)
    fits = [_fit(spectrum, each, band) for band in BANDS for each in found[band]]
    return _refined(spectrum, max(fits, key=lambda place: place.score))


def _lattices(spectrum: Spectrum) -> dict[float, list[Floats]]:
    """Of each band, those (2, 2) of all scales and turns whose waves have the most power."""
    k = waves().astype(np.float64)
    most = min(spectrum.size / PERIODS[0], spectrum.middle / HIGHEST - 1)
    scales, turns, powers = [], [], []
    for scale in np.arange(spectrum.size / PERIODS[1], most, STEP):
        count = round(2 * np.radians(TURNS) * scale / STEP) + 1
        some = np.linspace(-1, 1, count) * np.radians(TURNS)
        power = spectrum.power(scale * k @ np.array([_rotation(t).T for t in some]))
        powers.append(power @ np.array([_in_band(band) for band in BANDS], np.float32).T)
        scales += [scale] * count
        turns.append(some)
    all_turns, all_powers = np.concatenate(turns), np.concatenate(powers)
    return {
        band: [scales[n] * _rotation(all_turns[n]) for n in np.argsort(-power)[:TRIED]]
        for band, power in zip(BANDS, all_powers.T, strict=True)
    }


@cache
def _in_band(band: float) -> NDArray[np.bool_]:
    """(n,) which of the waves lie in a band."""
    return np.asarray(np.hypot(*waves().T) <= band)


@cache
def _known(band: float) -> tuple[NDArray[np.int64], Floats]:
    """Of the waves of a band whose phases are known, kx and ky (n, 2) and the phases (n,)."""
    known = _in_band(band).copy()
    known[:DATA] = False
    return waves()[known], phases()[known]


def _rotation(turn: float) -> Floats:
    return np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])


def _fit(spectrum: Spectrum, lattice: Floats, band: float) -> Place:
    """The shift and the symmetry at which the known phases agree best with one lattice."""
    k, known = _known(band)
    best = Place(lattice, np.zeros(2), band, -1.0)
    for symmetry in SYMMETRIES:
        turned = lattice @ symmetry
        agree = spectrum.at(k @ turned.T) * np.exp(-1j * known)
        room = np.zeros((GRID, GRID), complex)
        room[k[:, 1] % GRID, k[:, 0] % GRID] = agree
        sums = np.fft.ifft2(room).real * GRID**2
        y, x = divmod(int(sums.argmax()), GRID)
        score = float(sums[y, x]) / _deviation(agree)
        if score > best.score:
            best = Place(turned, np.array([x, y]) / GRID, band, score)
    return best


def _deviation(seen: Complex) -> float:
    """Standard deviation of the sum of these waves, each turned by an angle that may be any."""
    return float(np.sqrt(np.sum(seen.real**2 + seen.imag**2) / 2 + 1e-9))


def _refined(spectrum: Spectrum, place: Place) -> Place:
    """The same mark, its lattice and shift as they agree best."""
    step = np.array([0.04] * 4 + [0.5 / GRID] * 2)  # of the lattice, of the shift
    for _ in range(8):
        for change in np.concatenate([np.eye(6), -np.eye(6)]) * step:
            trial = _changed(place, change)
            score = _agreement(spectrum, trial)
            if score > place.score:
                place = replace(trial, score=score)
        step = step * 0.7
    return place


def _changed(place: Place, change: Floats) -> Place:
    lattice = place.lattice + change[:4].reshape(2, 2)
    return replace(place, lattice=lattice, shift=place.shift + change[4:])


def _agreement(spectrum: Spectrum, place: Place) -> float:
    """How well the known phases agree, in standard deviations of pictures without the mark."""
    seen = _seen(spectrum, place, *_known(place.band))
    return float(seen.real.sum()) / _deviation(seen)


def turns_at(spectrum: Spectrum, place: Place) -> Complex:
    """(DATA,) the waves with data as they are seen, each against its own phase without."""
    return _seen(spectrum, place, waves()[:DATA], phases()[:DATA])


def _seen(spectrum: Spectrum, place: Place, k: NDArray[np.int64], known: Floats) -> Complex:
    seen = spectrum.at(k @ place.lattice.T)
    turned: Complex = seen * np.exp(1j * (2 * np.pi * (k @ place.shift) - known))
    return turned


def places_tried() -> float:
    """How many places one search looks at, those of the refinement among them."""
    return float(len(BANDS) * TRIED * len(SYMMETRIES) * GRID**2 * FINER)
