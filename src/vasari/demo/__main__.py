"""`python -m vasari.demo OUT`: the astronaut of scikit-image says what a synthesiser spoke."""

from __future__ import annotations

import sys
import tempfile
from importlib.resources import as_file, files
from pathlib import Path

from PIL import Image

from vasari.cli import main


def save_portrait(path: Path) -> None:
    """The photograph of Eileen Collins by NASA, in the public domain; needs vasari[demo]."""
    try:
        from skimage.data import astronaut
    except ImportError:
        raise SystemExit("The demo needs its portrait: pip install 'vasari[demo]'.") from None
    Image.fromarray(astronaut()).save(path)


def run(out: Path) -> None:
    """Make the demo video."""
    with tempfile.TemporaryDirectory() as folder, as_file(files("vasari") / "demo") as here:
        portrait = Path(folder) / "astronaut.png"
        save_portrait(portrait)
        words = ["say", str(portrait), str(here / "voice.ogg"), "-o", str(out)]
        print("vasari", *words, flush=True)
        sys.argv = ["vasari", *words]
        try:
            main()
        except SystemExit as end:
            if end.code:
                raise
    print(f"The video is {out.absolute()}")


run(Path(sys.argv[1] if len(sys.argv) > 1 else "demo.mp4"))
