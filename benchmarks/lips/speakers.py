"""All synthetic speakers of this benchmark, those that the machine has."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from functools import partial

from benchmarks.lips import sung, tongues, voices
from benchmarks.lips.sentences import ENGLISH, ITALIAN


def spoken(
    tools: str | None, wanted: tuple[str, ...] | None = None
) -> dict[str, list[voices.Spoken]]:
    """Every voice that is wanted and that this machine has."""
    makers: dict[str, Callable[[], list[voices.Spoken]]] = {
        "flite rms": lambda: [voices.flite("rms", t) for t in ENGLISH],
        "festival ked": lambda: [voices.festival("ked_diphone", t) for t in ENGLISH],
        "festival pc, Italian": lambda: [voices.festival("pc_diphone", t) for t in ITALIAN],
    }
    if tools:
        makers["piper joe"] = lambda: voices.piper(tools, ENGLISH)
    makers["festival nsh, Russian"] = tongues.recorded_russian
    makers |= {f"espeak, {name}": partial(tongues.espeak, name) for name in tongues.ESPEAK}
    makers |= {f"{voice}, sung": partial(sung.sung, voice) for voice in sung.VOICES}
    out = {}
    for name, make in makers.items():
        if wanted and name not in wanted:
            continue
        try:
            out[name] = make()
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"{name} is left out: {error}", file=sys.stderr)
    return out
