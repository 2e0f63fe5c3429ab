"""What a command shows: sentences on stderr, a progress bar, one exit code."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from vasari.errors import VasariError, VasariWarning
from vasari.threads import settle_libraries

CANNOT, INTERRUPTED = 1, 130  # exit codes; 0 is made, 2 (by the library) wrong usage


@contextmanager
def only_our_warnings() -> Iterator[None]:
    """Our own warnings become sentences; those of libraries are for developers."""
    with warnings.catch_warnings():
        if not os.environ.get("VASARI_DEBUG"):
            warnings.simplefilter("ignore")
            warnings.simplefilter("always", VasariWarning)
            warnings.showwarning = lambda message, *_: tell(str(message))
        yield


@contextmanager
def sentences() -> Iterator[None]:
    """Whatever goes wrong becomes one sentence on stderr and an exit code."""
    try:
        settle_libraries()
        yield
    except KeyboardInterrupt:
        leave("Stopped; nothing was left behind.", INTERRUPTED)
    except VasariError as error:
        leave(str(error), CANNOT)
    except Exception as error:
        if os.environ.get("VASARI_DEBUG"):
            raise
        leave(
            f"Something unexpected happened ({type(error).__name__}: {error}): "
            "please report it; with VASARI_DEBUG=1 it is shown where.",
            CANNOT,
        )


@contextmanager
def progress() -> Iterator[Callable[[int, int | None], None]]:
    """A bar on stderr with pictures a second and time left; silent where nobody looks."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        ProgressColumn,
        Task,
        TimeRemainingColumn,
    )
    from rich.text import Text

    class Speed(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.finished_speed or task.speed or 0:.0f} pictures/s")

    with Progress(
        BarColumn(), MofNCompleteColumn(), Speed(), TimeRemainingColumn(),
        console=Console(stderr=True), transient=True,
    ) as bar:  # fmt: skip
        task = bar.add_task("", start=False, total=None)

        def show(done: int, total: int | None) -> None:
            if done == 1:
                bar.start_task(task)  # here, so that speed is that of making pictures
            bar.update(task, completed=done, total=total)

        yield show


def tell(sentence: str) -> None:
    """A sentence for the person, on stderr."""
    print(sentence, file=sys.stderr, flush=True)


def stop(number: int, frame: FrameType | None) -> None:
    """A signal handler: SIGTERM stops as Ctrl-C does."""
    raise KeyboardInterrupt


def leave(sentence: str, code: int) -> NoReturn:
    """Say why, and end with an exit code."""
    tell(sentence)
    raise SystemExit(code)
