"""Teeth, gums and tongue drawn once for a portrait, in its own tones.

Three textures in the plane of the teeth: what is fixed to the head (upper row and gum), what moves
with the jaw (lower row and gum), and the tongue. They are drawn as if lit evenly; how little of
that light comes past the lips is for the renderer to say. Sizes are those of anatomy, an eye
distance being 90 mm; colours come from the portrait: teeth from its skin and the whites of its
eyes, gums and tongue from its lips, all under its light.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from vasari.values import FloatArray

DENSITY = 400  # pixels an eye distance in the textures
HALF_WIDTH, ABOVE, BELOW = 0.42, 0.32, 0.42  # the textures' reach, eye distances
UPPER_WIDTHS = (0.094, 0.074, 0.078, 0.066, 0.056)  # from the midline outwards, foreshortened
UPPER_HEIGHTS = (0.118, 0.104, 0.112, 0.094, 0.084)
LOWER_WIDTHS = (0.060, 0.064, 0.070, 0.064, 0.056)
LOWER_HEIGHTS = (0.092, 0.094, 0.104, 0.090, 0.080)
UPPER_EDGE = 0.036  # how far the upper row reaches below the line where the lips meet
GUM_ABOVE = 0.095  # from the biting edge to the gum between two teeth
LOWER_EDGE = 0.040  # where the lower row ends, against the lower lip's line
FLESH = np.array([1.36, 0.83, 0.81])  # hue of a tongue in white light
TOOTH = 1.04  # teeth are as light as lit skin or the lightest white of the eyes, times this
PALER = 1.45  # and so much lighter than lips at least
DEEPER_RED = 1.4  # times as red as the tongue is the dark
DARKEST = 46.0  # levels: in light that is any brighter the dark of a mouth is no lighter
TONGUE_TOP = 0.0  # where the tongue's back fades into the throat, against its own line
TONGUE_HALF, TONGUE_LENGTH = 0.27, 0.24  # how wide and how far down it is drawn
TONGUE_ROUND = 0.40  # how much lower its sides lie, of its length
TONGUE_FADES = 0.38  # of its length, over which its back comes out of the dark
TIP_HALF, TIP_LENGTH = 0.16, 0.16  # the tip that comes up to the teeth: half its width, its length


@dataclass(frozen=True)
class Tones:
    """RGB colours, 0 to 255: of teeth, gums, tongue, the dark of the mouth, and the lips."""

    tooth: FloatArray
    gum: FloatArray
    tongue: FloatArray
    dark: FloatArray
    lip: FloatArray


def tones(skin: FloatArray, lips: FloatArray, whites: FloatArray) -> Tones:
    """Colours of a mouth from pixels (n, 3) of lit skin, lips and the whites of the eyes."""
    lit = np.percentile(skin, 80, axis=0)
    white = np.percentile(whites, 97, axis=0)
    lip = np.median(lips, axis=0)
    hue = lit / max(lit.mean(), 1)
    colourful = np.clip(4 * np.ptp(hue), 0, 1)  # 0 for a black-and-white portrait
    warm = 1 - colourful * np.array([0.0, 0.02, 0.07])
    light = max(TOOTH * max(lit.mean(), white.mean()), PALER * lip.mean())
    tooth = np.minimum(light * (1 + 0.35 * (hue - 1)), 245) * warm
    own = np.clip(1 + 1.5 * (lip / max(lip.mean(), 1) - 1), 0.5, 1.6)
    flesh = 1 + colourful * (FLESH - 1)  # nobody's tongue has the colour of a lipstick
    redness = 0.4 * own + 0.6 * flesh
    gum = (0.5 * lip.mean() + 0.22 * lit.mean()) * redness
    tongue = (0.54 * lip.mean() + 0.14 * lit.mean()) * redness
    dark = min(0.30 * lip.mean(), DARKEST) * (1 + DEEPER_RED * (redness - 1))
    return Tones(tooth, gum, tongue, dark, lip)


def draw_teeth(
    tone: Tones, upper_edge: float = UPPER_EDGE
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]:
    """The textures, (h, w, 4) uint8 RGBA: upper row with gum, lower row with gum, tongue."""
    upper = _Canvas()
    upper.gum(tone, upper_edge - GUM_ABOVE, up=True)
    upper.row(UPPER_WIDTHS, UPPER_HEIGHTS, upper_edge, tone.tooth, up=True)
    lower = _Canvas()
    lower.gum(tone, LOWER_EDGE + 0.075, up=False)
    lower.row(LOWER_WIDTHS, LOWER_HEIGHTS, LOWER_EDGE, tone.tooth * 0.74, up=False)
    tongue = _Canvas()
    tongue.tongue(tone)
    return upper.rgba(), lower.rgba(), tongue.rgba()


def draw_tip(tongue: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(h, w, 4) the tip of a tongue, its end at the middle of the lips' line, from the texture of
    the whole one."""
    middle = tongue[round((ABOVE + 0.8 * TONGUE_LENGTH) * DENSITY), tongue.shape[1] // 2]
    canvas = _Canvas()
    canvas.tip(middle[:3].astype(np.float32))
    return canvas.rgba()


class _Canvas:
    """A texture under construction, twice as fine as it will be."""

    def __init__(self) -> None:
        self._fine = 2 * DENSITY
        height, width = int((ABOVE + BELOW) * self._fine), int(2 * HALF_WIDTH * self._fine)
        self._colour = np.zeros((height, width, 3), np.float32)
        self._alpha = np.zeros((height, width), np.float32)
        ys, xs = np.mgrid[:height, :width].astype(np.float32)
        self._x, self._y = xs / self._fine - HALF_WIDTH, ys / self._fine - ABOVE

    def _put(self, colour: FloatArray, alpha: FloatArray, columns: slice = slice(None)) -> None:
        a = alpha[..., None]
        self._colour[:, columns] = self._colour[:, columns] * (1 - a) + colour * a
        self._alpha[:, columns] += alpha * (1 - self._alpha[:, columns])

    def row(
        self, widths: tuple[float, ...], heights: tuple[float, ...], edge: float,
        colour: FloatArray, up: bool,
    ) -> None:  # fmt: skip
        """Teeth from the back to the front, each a rounded shape with a soft body shade."""
        place = np.concatenate([[0], np.cumsum(widths)])
        sign = 1.0 if up else -1.0
        self._behind(edge, heights[1], float(place[-1]), colour, sign)
        for k in reversed(range(len(widths))):
            for side in (-1.0, 1.0):
                middle = side * (place[k] + widths[k] / 2)
                self._tooth(middle, widths[k], heights[k], edge, colour, sign, k)

    def _behind(
        self, edge: float, height: float, reach: float, colour: FloatArray, sign: float
    ) -> None:
        """What shows between teeth: their own shaded sides, not the dark."""
        tip = edge - sign * (0.012 + 0.30 * self._x**2)
        v = sign * (tip - self._y) / height
        inside = np.clip(v * 30, 0, 1) * np.clip((0.85 - v) * 30, 0, 1)
        inside *= np.clip((reach - np.abs(self._x)) * 60, 0, 1)
        shade = 0.78 * np.clip(1 - 4.2 * self._x**2, 0.3, 1)
        self._put(colour * shade[..., None], inside)

    def _tooth(
        self, middle: float, width: float, height: float, edge: float, colour: FloatArray,
        sign: float, k: int,
    ) -> None:  # fmt: skip
        first = int((middle - 0.6 * width + HALF_WIDTH) * self._fine)
        columns = slice(max(first, 0), first + int(1.2 * width * self._fine) + 2)
        x, y = self._x[:, columns], self._y[:, columns]
        lift = 0.30 * middle * middle + (0.007 if k == 1 else 0.0)  # the smile arc; short laterals
        tip = edge - sign * lift
        u = (x - middle) / (width / 2)  # -1..1 across
        v = sign * (tip - y) / height  # 0 at the biting edge, 1 at the gum
        across = 1 - 0.16 * np.clip(v - 0.25, 0, 1)  # narrower towards the gum
        pointed = 0.10 if k == 2 else 0.0
        corner = 0.06 * np.abs(u) ** 4 + pointed * np.abs(u) ** 1.5
        side = np.clip((across - np.abs(u)) * width / 2 * self._fine, 0, 1)
        ends = np.clip((v - corner) * height * self._fine, 0, 1)
        neck = np.clip((1 - 0.12 * u * u - v) * height * self._fine, 0, 1)
        body = 1.03 - 0.10 * np.abs(u / across) ** 3 - 0.07 * np.clip(1 - v * 6, 0, 1)
        body -= 0.13 * np.clip((v - 0.6) / 0.4, 0, 1)
        arch = 1 - 4.2 * middle * middle - 0.01 * k  # teeth farther back lie in shadow
        warm = np.array([1, 1 - 0.01 * (k == 2), 1 - 0.03 * (k == 2)], np.float32)
        shade = colour * warm * np.clip(arch, 0.35, 1)
        self._put(np.clip(body, 0, 1.2)[..., None] * shade, side * ends * neck, columns)

    def gum(self, tone: Tones, level: float, up: bool) -> None:
        sign = 1.0 if up else -1.0
        bow = 0.22 * self._x**2
        alpha = np.clip((sign * (level - sign * bow - self._y)) * self._fine / 8, 0, 1)
        shade = np.clip(0.95 - 2.0 * self._x**2, 0.3, 1)[..., None]
        self._put(tone.gum * shade, alpha * (np.abs(self._x) < 0.37))

    def tongue(self, tone: Tones) -> None:
        """A mound with a furrow; its back goes over into the dark without an edge."""
        u = self._x / TONGUE_HALF
        v = (self._y - TONGUE_TOP) / TONGUE_LENGTH  # 0 at the back, 1 under the lower lip
        rise = v - TONGUE_ROUND * u * u  # its back is round
        inside = np.clip(rise / TONGUE_FADES, 0, 1) * np.clip((1 - np.abs(u)) * 3, 0, 1)
        inside *= np.clip((1.3 - v) * 8, 0, 1)
        furrow = 1 - 0.18 * np.exp(-((u / 0.12) ** 2)) * np.clip(1.2 - v, 0, 1)
        side = np.clip(1 - 0.45 * u * u, 0, 1)
        light = np.clip(0.5 + 0.8 * rise, 0, 1)
        smooth = inside * inside * (3 - 2 * inside)
        self._put(tone.tongue * (light * furrow * side)[..., None], smooth)

    def tip(self, colour: FloatArray) -> None:
        """Round at its end, a furrow in its middle, dark towards its sides."""
        u, v = self._x / TIP_HALF, self._y / TIP_LENGTH
        rise = v - 0.35 * np.abs(u) ** 2.5
        inside = np.clip(rise * TIP_LENGTH * self._fine / 8, 0, 1)
        inside *= np.clip((1 - np.abs(u)) * 4, 0, 1) * np.clip((1 - v) * 8, 0, 1)
        bulge = 1.10 - 0.35 * np.clip(1 - rise / 0.12, 0, 1) ** 2 - 0.30 * np.clip(v - 0.3, 0, 1)
        furrow = 1 - 0.12 * np.exp(-((u / 0.10) ** 2))
        side = np.clip(1 - 0.40 * u * u, 0, 1)
        self._put(colour * (bulge * furrow * side)[..., None], inside)

    def rgba(self) -> NDArray[np.uint8]:
        fine = np.dstack([self._colour, self._alpha * 255])
        half = cv2.resize(fine, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        return np.asarray(np.clip(half + 0.5, 0, 255), np.uint8)
