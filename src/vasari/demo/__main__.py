"""`python -m vasari.demo OUT`: the demo portrait says the demo voice."""

from __future__ import annotations

import sys
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


run(Path(sys.argv[1] if len(sys.argv) > 1 else "demo.mp4"))
