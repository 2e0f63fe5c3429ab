"""`python -m vasari.demo OUT`: the demo portrait says the demo voice."""

from __future__ import annotations

import sys
import sysconfig
from importlib.util import find_spec
from pathlib import Path

from vasari.cli.app import main
from vasari.demo import demo_portrait, demo_voice
from vasari.errors import VasariError


def run(out: Path) -> None:
    """Make the demo video, as the command line would."""
    try:
        words = ["say", str(demo_portrait()), str(demo_voice()), "-o", str(out)]
    except VasariError as error:
        raise SystemExit(str(error)) from None
    print("vasari", *words, flush=True)
    sys.argv = ["vasari", *words]
    try:
        main()
    except SystemExit as end:
        if end.code:
            raise
    print(f"The video is {out.absolute()}")
    print(f"The studio, live in your browser: {_studio()}")


def _studio() -> str:
    """How to open it from here."""
    scripts = Path(sysconfig.get_path("scripts"))
    here = scripts.parent.name + "/" + scripts.name if scripts.parent.name == ".venv" else scripts
    live = "" if find_spec("fastapi") else f"{here}/pip install '.[live]' && "
    return f"{live}{here}/vasari serve"


run(Path(sys.argv[1] if len(sys.argv) > 1 else "demo.mp4"))
