"""A process for one upload: what strangers send is decoded here, within limits, and it may die.

One line of JSON comes in and says what to do; lines of JSON go out: `done` and `total` pictures,
`tell` a sentence, and at last `made` or `error`.
"""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from typing import Any

from vasari.errors import VasariError
from vasari.jobs.say import say
from vasari.live.wire import style_in
from vasari.media import open_sound
from vasari.portrait.read import read_portrait
from vasari.provenance.making import Marks
from vasari.threads import settle_libraries

NICE = 10  # a conversation goes before


def run() -> None:
    """Wait for a task, do it, say how it ended."""
    settle_libraries()
    with suppress(OSError, AttributeError):
        os.nice(NICE)
    _say(ready=True)
    line = sys.stdin.readline()
    if not line:
        return
    task = json.loads(line)
    _limit(task["seconds"], task["bytes"])
    try:
        _TASKS[task["do"]](task)
        _say(made=True)
    except VasariError as error:
        _say(error=str(error))
    except MemoryError:
        _say(error="The file needs more memory than one may use here: give a smaller one.")


def _read(task: dict[str, Any]) -> None:
    read_portrait(task["picture"], task["face"], lambda s: _say(tell=s)).save(task["out"])


def _talk(task: dict[str, Any]) -> None:
    lasts = open_sound(task["sound"]).duration
    if lasts is not None and lasts > task["longest"]:
        raise VasariError(f"The sound lasts {lasts:.0f} s: at most {task['longest']:g} s here.")
    say(
        task["picture"], task["sound"], task["out"], size=task["size"], fps=task["fps"],
        style=style_in(task["style"]), marks=Marks(True, task["badge"], how="server"),
        tell=lambda s: _say(tell=s),
        progress=lambda done, total: _say(done=done, total=total),
    )  # fmt: skip


_TASKS = {"read": _read, "say": _talk}


def _say(**what: Any) -> None:
    print(json.dumps(what), flush=True)


def _limit(seconds: float, size: int) -> None:
    """No more time of the processor, and no more memory, where the system can hold us to it."""
    with suppress(ImportError):
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        spent = used.ru_utime + used.ru_stime
        most = round(spent + seconds) + 1
        resource.setrlimit(resource.RLIMIT_CPU, (most, most + 1))
        if sys.platform == "linux":
            resource.setrlimit(resource.RLIMIT_AS, (size, size))


if __name__ == "__main__":
    run()
