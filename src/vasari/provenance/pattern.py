"""The mark itself: a sum of waves that repeats every few pixels, and what their phases say.

A pattern that repeats every T pixels is a lattice of peaks in the spectrum of a picture, so it is
found whatever the picture's scale, turn and cut: peaks add up over the whole picture, and all
pictures of a video add to them. About half of the waves always have the same phases, known from the
key: they tell that the mark is there, and where. The phases of the others carry the payload.

The waves lie between the 60/13th and the 60/4th part of a pixel's frequency, where video encoders
keep what they are given, and on no multiple of the eight pixels of their blocks.
"""

from __future__ import annotations

import hashlib
from functools import cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from vasari.values import FloatArray

KEY = b"Vasari: synthetic, made from a portrait; mark 1"  # public: it must be there to be read
PERIOD = 60  # pixels, of pictures whose smaller side is below LARGE; else twice that
LARGE = 768
LOWEST, HIGHEST = 4.0, 13.0  # of the waves: periods of the tile, whole in both directions
DATA = 112  # waves that carry the payload, two chips each
BLOCKS, CHIPS = 7, 32  # of the code: RM(1, 5), six bits a block
ID_BITS, CHECK_BITS = 32, 10


@cache
def waves() -> NDArray[np.int64]:
    """(n, 2) kx and ky of the waves, one of each opposite pair; those that carry data first."""
    most = int(HIGHEST)
    all_k = [
        (kx, ky)
        for ky in range(-most, most + 1)
        for kx in range(1, most + 1)
        if ky and LOWEST**2 <= kx * kx + ky * ky <= HIGHEST**2
    ]
    order = np.argsort(_key_numbers(b"order", len(all_k)), kind="stable")
    return np.array(all_k)[order]


@cache
def phases() -> NDArray[np.float64]:
    """(n,) phases of the waves at the tile's corner, radians; of those with data, before it."""
    return _key_numbers(b"phase", len(waves())) * 2 * np.pi


def _key_numbers(what: bytes, count: int) -> NDArray[np.float64]:
    """Numbers from 0 to 1 that follow from the key, the same on every machine for ever."""
    told = hashlib.shake_256(KEY + what).digest(4 * count)
    return np.frombuffer(told, "<u4") / 2.0**32


@cache
def _codewords() -> NDArray[np.float64]:
    """(32, 32) the Walsh functions, of which each codeword is one or its opposite."""
    i = np.arange(CHIPS)
    ones = np.array([[bin(a & b).count("1") for b in i] for a in i])
    return 1.0 - 2.0 * (ones % 2)


def encoded(making: int) -> NDArray[np.complex128]:
    """(DATA,) turns, of unit length, that the payload gives to the waves that carry it."""
    bits = making << CHECK_BITS | _check(making)
    sixes = [bits >> 6 * b & 63 for b in range(BLOCKS)]
    blocks = [_codewords()[six & 31] * (1 - 2 * (six >> 5)) for six in sixes]
    chips = np.array(blocks).T.reshape(DATA, 2)  # a block lies everywhere
    return np.asarray((chips[:, 0] + 1j * chips[:, 1]) / np.sqrt(2))


def decoded(seen: NDArray[np.complex128]) -> int | None:
    """The making that turns (DATA,), of any length, tell; None where their check says no."""
    chips = np.stack([seen.real, seen.imag], 1).reshape(CHIPS, BLOCKS).T
    fit = chips @ _codewords()  # (BLOCKS, 32)
    best = np.abs(fit).argmax(1)
    bits = 0
    for block in range(BLOCKS):
        negative = int(fit[block, best[block]] < 0)
        bits |= (negative << 5 | int(best[block])) << 6 * block
    making, check = bits >> CHECK_BITS, bits & (1 << CHECK_BITS) - 1
    return making if check == _check(making) else None


def _check(making: int) -> int:
    return crc32(KEY + making.to_bytes(ID_BITS // 8, "big")) & (1 << CHECK_BITS) - 1


def tile(making: int, period: int) -> FloatArray:
    """(period, period) the pattern of one making, mean 0, root mean square 1."""
    turns = np.exp(1j * phases())
    turns[:DATA] *= encoded(making)
    spectrum = np.zeros((period, period), complex)
    kx, ky = waves().T
    spectrum[ky % period, kx % period] = turns
    pattern = np.fft.ifft2(spectrum).real
    return np.asarray(pattern / pattern.std(), np.float32)


def period_of(height: int, width: int) -> int:
    """Pixels after which the pattern repeats, in pictures of that size."""
    return PERIOD if min(height, width) < LARGE else 2 * PERIOD
