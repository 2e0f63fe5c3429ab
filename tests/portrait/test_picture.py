"""Every usual format comes out upright, in sRGB; everything else is refused with a sentence."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from vasari.errors import PictureError
from vasari.portrait.picture import LONGEST, from_array, open_picture


def scene(width: int = 120, height: int = 90) -> Image.Image:
    """Red at the left, green to the right, brighter downwards."""
    across, down = np.meshgrid(np.linspace(0, 1, width), np.linspace(0.3, 1, height))
    layers = [(1 - across) * down, across * down, 0.3 * down]
    return Image.fromarray((np.dstack(layers) * 255).astype(np.uint8))


def off(path: Path, wanted: Image.Image) -> float:
    found = open_picture(path).rgb.astype(float)
    assert found.shape[:2] == wanted.size[::-1]
    return float(np.abs(found - np.asarray(wanted.convert("RGB"), float)).mean())


@pytest.mark.parametrize("kind", ["png", "jpg", "webp", "bmp", "tiff", "avif", "jp2", "ppm"])
def test_usual_formats(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"bär 🐻 ü.{kind}"
    scene().save(path)
    assert off(path, scene()) < 4


def test_first_picture_of_a_gif(tmp_path: Path) -> None:
    path = tmp_path / "two.gif"
    scene().save(path, save_all=True, append_images=[Image.new("RGB", (120, 90))])
    assert off(path, scene()) < 12  # 256 colours


def test_exif_turn(tmp_path: Path) -> None:
    for kind in ("jpg", "png", "webp"):
        exif = Image.Exif()
        exif[0x0112] = 6  # to be turned by 90 degrees clockwise
        path = tmp_path / f"turned.{kind}"
        scene().rotate(90, expand=True).save(path, exif=exif, quality=95)
        assert off(path, scene()) < 4


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "CMYK", "RGBA"])
def test_modes(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "mode.tiff"
    scene().convert(mode).save(path)
    wanted = scene().convert(mode).convert("RGB")
    assert off(path, wanted) < 1


def test_sixteen_bits(tmp_path: Path) -> None:
    grey = np.asarray(scene().convert("L"))
    path = tmp_path / "deep.png"
    Image.fromarray(grey.astype(np.uint16) * 257).save(path)
    assert np.abs(open_picture(path).rgb[..., 0].astype(int) - grey).max() <= 1


def test_colour_profile(tmp_path: Path) -> None:
    path = tmp_path / "lab.tiff"
    lab = ImageCms.createProfile("LAB")
    turned = ImageCms.profileToProfile(
        scene(), ImageCms.createProfile("sRGB"), lab, outputMode="LAB"
    )
    assert turned is not None
    turned.save(path, icc_profile=ImageCms.ImageCmsProfile(lab).tobytes())
    assert off(path, scene()) < 3


def test_alpha_lies_on_white(tmp_path: Path) -> None:
    path = tmp_path / "alpha.png"
    alpha = Image.new("L", (120, 90), 0)
    alpha.paste(255, (30, 0, 120, 90))
    seen = scene()
    seen.putalpha(alpha)
    seen.save(path)
    opened = open_picture(path)
    assert opened.alpha is not None
    assert (opened.rgb[:, :30] == 255).all()
    assert (opened.alpha[:, 30:] == 255).all()
    assert (opened.rgb[:, 30:] == np.asarray(scene())[:, 30:]).all()


def test_large_pictures_are_reduced(tmp_path: Path) -> None:
    for kind in ("jpg", "png"):
        path = tmp_path / f"large.{kind}"
        scene(4400, 1100).save(path)
        height, width = open_picture(path).rgb.shape[:2]
        assert (width, height) == (LONGEST, LONGEST // 4)


def test_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    scene().save(tmp_path / "at home.png")
    assert open_picture("~/at home.png").rgb.shape == (90, 120, 3)


def test_pixels_in_memory() -> None:
    grey = np.zeros((80, 100), np.uint8)
    assert from_array(grey).rgb.shape == (80, 100, 3)
    assert from_array(np.zeros((80, 100, 4), np.uint8)).alpha is not None
    with pytest.raises(PictureError, match="uint8"):
        from_array(np.zeros((80, 100, 3)))  # type: ignore[arg-type]


def bad(folder: Path) -> dict[str, Path]:
    files = {n: folder / f"{n}.jpg" for n in ("missing", "text", "empty", "cut", "dot", "small")}
    files["folder"] = folder
    files["text"].write_text("not a picture at all\n" * 40)
    files["empty"].touch()
    scene(400, 300).save(files["cut"])
    files["cut"].write_bytes(files["cut"].read_bytes()[:2500])
    Image.new("RGB", (1, 1)).save(files["dot"])
    Image.new("RGB", (63, 200)).save(files["small"])
    files["huge"] = folder / "huge.png"
    Image.new("1", (30_000, 100)).save(files["huge"])
    files["bomb"] = folder / "bomb.png"
    Image.new("1", (16_000, 16_000)).save(files["bomb"])
    return files


def test_bad_input_is_refused_with_one_sentence(tmp_path: Path) -> None:
    words = {
        "missing": "no file", "text": "not a picture", "empty": "empty", "cut": "damaged or cut",
        "dot": "only 1 x 1 px", "small": "only 63 x 200 px", "folder": "a folder",
        "huge": "too large", "bomb": "too large",
    }  # fmt: skip
    for name, path in bad(tmp_path).items():
        with pytest.raises(PictureError, match=words[name]) as caught:
            open_picture(path)
        sentence = str(caught.value)
        assert sentence.endswith(".")
        assert "\n" not in sentence
