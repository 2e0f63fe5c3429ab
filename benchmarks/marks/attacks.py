"""What happens to a video on its way: encoders, scaling, cuts, filters, screenshots."""

from __future__ import annotations

import io
from collections.abc import Callable
from fractions import Fraction

import av
import cv2
import numpy as np

Pictures = list[np.ndarray]
Attack = Callable[[Pictures], Pictures]


def encoded(
    pictures: Pictures, codec: str = "libx264", options: dict[str, str] | None = None
) -> Pictures:
    """The pictures (H, W, 3) uint8 as they come out of an encoder, its other settings its own."""
    file = io.BytesIO()
    with av.open(file, "w", format="matroska") as container:
        stream = container.add_stream(codec, 25, options=options or {})
        stream.height, stream.width = (side // 2 * 2 for side in pictures[0].shape[:2])
        stream.pix_fmt, stream.codec_context.thread_count = "yuv420p", 1
        for picture in pictures:
            even = np.ascontiguousarray(picture[: stream.height, : stream.width])
            container.mux(stream.encode(av.VideoFrame.from_ndarray(even, "rgb24")))
        container.mux(stream.encode(None))
    file.seek(0)
    with av.open(file) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def x264(crf: int) -> Attack:
    return lambda pictures: encoded(pictures, options={"crf": str(crf)})


def each(change: Callable[[np.ndarray], np.ndarray]) -> Attack:
    """The same change of every picture, then x264 at crf 23."""
    return lambda pictures: x264(23)([change(p) for p in pictures])


def scaled(x: float, y: float | None = None) -> Callable[[np.ndarray], np.ndarray]:
    def change(picture: np.ndarray) -> np.ndarray:
        height, width = picture.shape[:2]
        size = round(width * x), round(height * (y or x))
        return cv2.resize(picture, size, interpolation=cv2.INTER_AREA if x < 1 else cv2.INTER_CUBIC)

    return change


def cropped(share: float) -> Callable[[np.ndarray], np.ndarray]:
    """That share of both sides, from off the middle."""

    def change(picture: np.ndarray) -> np.ndarray:
        height, width = (int(side * share) for side in picture.shape[:2])
        y, x = int((picture.shape[0] - height) * 0.37), int((picture.shape[1] - width) * 0.71)
        return picture[y : y + height, x : x + width]

    return change


def turned(degrees: float) -> Callable[[np.ndarray], np.ndarray]:
    def change(picture: np.ndarray) -> np.ndarray:
        height, width = picture.shape[:2]
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
        return cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_CUBIC)

    return change


def letterboxed(width: int, height: int) -> Callable[[np.ndarray], np.ndarray]:
    """Fitted into a black picture of that size."""

    def change(picture: np.ndarray) -> np.ndarray:
        scale = min(width / picture.shape[1], height / picture.shape[0])
        inside = scaled(scale)(picture)
        out = np.zeros((height, width, 3), np.uint8)
        y, x = (height - inside.shape[0]) // 2, (width - inside.shape[1]) // 2
        out[y : y + inside.shape[0], x : x + inside.shape[1]] = inside
        return out

    return change


def levels(gain: float = 1, offset: float = 0, gamma: float = 1) -> Callable[..., np.ndarray]:
    table = 255 * (np.arange(256) / 255) ** gamma * gain + offset
    return lambda picture: table.clip(0, 255).round().astype(np.uint8)[picture]


def blurred(sigma: float) -> Callable[[np.ndarray], np.ndarray]:
    return lambda picture: cv2.GaussianBlur(picture, (0, 0), sigma)


def noisy(sigma: float) -> Callable[[np.ndarray], np.ndarray]:
    random = np.random.default_rng(5)
    return lambda p: (
        (p + random.normal(0, sigma, p.shape).astype(np.float32)).clip(0, 255).astype(np.uint8)
    )


def at_rate(fps: int) -> Attack:
    """From 25 pictures a second to others, dropped or shown twice."""

    def change(pictures: Pictures) -> Pictures:
        count = int(len(pictures) * Fraction(fps, 25))
        return x264(23)([pictures[k * 25 // fps] for k in range(count)])

    return change


def on_a_page(scale: float) -> Callable[[np.ndarray], np.ndarray]:
    """A screenshot: the picture in the middle of a white page with text, twice its sides."""

    def change(picture: np.ndarray) -> np.ndarray:
        inside = scaled(scale)(picture)
        height, width = inside.shape[:2]
        page = np.full((2 * height, 2 * width, 3), 245, np.uint8)
        for line in range(24, 2 * height, 24):
            cv2.putText(page, "Lorem ipsum dolor sit amet, consectetur " * 4, (8, line), 0, 0.5,
                        (40, 40, 40), 1, cv2.LINE_AA)  # fmt: skip
        y, x = height // 2, width // 2
        page[y : y + height, x : x + width] = inside
        return page

    return change


def jpeg(quality: int) -> Callable[[np.ndarray], np.ndarray]:
    def change(picture: np.ndarray) -> np.ndarray:
        code = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        return np.asarray(cv2.imdecode(code, cv2.IMREAD_COLOR))

    return change


def shots(count: int, *changes: Callable[[np.ndarray], np.ndarray]) -> Attack:
    """Single pictures, each changed, without a video encoder after it."""

    def change(pictures: Pictures) -> Pictures:
        chosen = [pictures[int((k + 0.5) * len(pictures) / count)] for k in range(count)]
        for step in changes:
            chosen = [step(p) for p in chosen]
        return chosen

    return change


def after(first: Callable[[np.ndarray], np.ndarray], attack: Attack) -> Attack:
    return lambda pictures: attack([first(p) for p in pictures])


_VP8 = {"b": "500k", "deadline": "realtime", "cpu-used": "8"}
_VP9 = {"crf": "33", "b": "0", "deadline": "realtime", "cpu-used": "8"}

ATTACKS: dict[str, Attack] = {
    "the file itself": lambda pictures: pictures,
    "x264 crf 18": x264(18),
    "x264 crf 23": x264(23),
    "x264 crf 28": x264(28),
    "x264 crf 33": x264(33),
    "VP8 500 kbit/s": lambda p: encoded(p, "libvpx", _VP8),
    "VP9 crf 33": lambda p: encoded(p, "libvpx-vp9", _VP9),
    "scaled to 50 %": each(scaled(0.5)),
    "scaled to 75 %": each(scaled(0.75)),
    "scaled to 133 %": each(scaled(1.33)),
    "scaled to 200 %": each(scaled(2)),
    "scaled to 50 %, crf 28": after(scaled(0.5), x264(28)),
    "stretched to 110 x 95 %": each(scaled(1.1, 0.95)),
    "cropped to 75 % of each side": each(cropped(0.75)),
    "cropped to 50 % of each side": each(cropped(0.5)),
    "letterboxed to 1280 x 720": each(letterboxed(1280, 720)),
    "letterboxed to 480 x 854": each(letterboxed(480, 854)),
    "turned by 2 degrees": each(turned(2)),
    "turned by -1 degree": each(turned(-1)),
    "mirrored": each(lambda p: np.ascontiguousarray(p[:, ::-1])),
    "on its side": each(lambda p: np.ascontiguousarray(np.rot90(p))),
    "brighter by 40 levels": each(levels(offset=40)),
    "darker, times 0.6": each(levels(gain=0.6)),
    "gamma 1.5": each(levels(gamma=1.5)),
    "blurred, sigma 1": each(blurred(1)),
    "blurred, sigma 2": each(blurred(2)),
    "noise, sigma 8": each(noisy(8)),
    "25 to 30 pictures a second": at_rate(30),
    "25 to 12 pictures a second": at_rate(12),
    "one second of it": lambda p: x264(23)(p[-25:]),
    "one picture, JPEG 75": shots(1, jpeg(75)),
    "one picture at 137 %, JPEG 75": shots(1, scaled(1.37), jpeg(75)),
    "three screenshots of a page at 120 %": shots(3, on_a_page(1.2)),
    "75 % scale, 80 % crop, 1 degree, crf 28": after(
        scaled(0.75), after(cropped(0.8), after(turned(1), x264(28)))
    ),
}
