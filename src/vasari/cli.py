"""The command `vasari`. Heavy imports wait until a command needs them."""

from __future__ import annotations

import json
import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Annotated, Literal, NoReturn

import typer

import vasari
from vasari import cli_motion
from vasari.cli_motion import GivenLandmarks, WhichFace, which
from vasari.errors import VasariError

MADE, CANNOT, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130  # exit codes
FPS = (25, 30, 40, 50, 60)

app = typer.Typer(
    name="vasari",
    help="Makes a portrait speak: one picture and a voice become a video.",
    epilog="Try: vasari say portrait.jpg voice.wav -o out.mp4",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Picture = Annotated[str, typer.Argument(metavar="PICTURE", help="A picture, or a saved face.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]


def main() -> None:
    """Run the command line."""
    # one thread each for drawing and encoding: those of the libraries would only get in between
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    signal.signal(signal.SIGTERM, _stop)
    try:
        app(prog_name="vasari")
    except KeyboardInterrupt:
        _leave("Stopped; nothing was left behind.", INTERRUPTED)


def _check_fps(fps: int) -> int:
    if fps not in FPS:
        raise typer.BadParameter(f"{fps} is not one of {', '.join(map(str, FPS))}.")
    return fps


def _check_size(size: int) -> int:
    if size % 2:
        raise typer.BadParameter(f"{size} is odd; videos need an even number of pixels.")
    return size


def _check_background(text: str) -> str:
    from vasari.background import parse_background

    try:
        parse_background(text)
    except VasariError as error:
        raise typer.BadParameter(str(error)) from None
    return text


@app.command()
def say(
    picture: Picture,
    sound: Annotated[str, typer.Argument(metavar="SOUND", help="A sound or video file.")],
    out: Annotated[
        str, typer.Option("-o", "--out", help='.mp4, .webm, .mov, or a folder ending in "/".')
    ],
    size: Annotated[
        int, typer.Option(min=256, max=1024, callback=_check_size, help="Pixels of --frame crop.")
    ] = 512,
    fps: Annotated[
        int, typer.Option(callback=_check_fps, help="Pictures a second: 25, 30, 40, 50 or 60.")
    ] = 25,
    frame: Annotated[
        Literal["crop", "full"], typer.Option(help="Head and shoulders, or the whole picture.")
    ] = "crop",
    background: Annotated[
        str, typer.Option(callback=_check_background, help="keep, green, #rrggbb or transparent.")
    ] = "keep",
    face: WhichFace = "1",
    landmarks: GivenLandmarks = None,
    seed: Annotated[int, typer.Option(min=0, help="Another seed, another way to move.")] = 0,
    still: Annotated[
        bool, typer.Option("--still", help="Keep head and body where they are.")
    ] = False,
) -> None:
    """Make a video in which PICTURE says SOUND.

    Examples:
    vasari say ada.jpg hello.wav -o ada.mp4

    vasari say ada.jpg hello.wav -o ada.webm --background transparent
    """
    with _sentences():
        from vasari.say import say as make

        with _progress() as show:
            make(
                picture, sound, out, size=size, fps=fps, frame=frame, background=background,
                face=which(face), landmarks=landmarks, seed=seed, still=still, progress=show,
                tell=_tell,
            )  # fmt: skip
        _tell(f"Made {out}")


@app.command()
def read(
    picture: Picture,
    out: Annotated[
        str | None, typer.Option("-o", "--out", metavar="FACE", help="Save the face as one file.")
    ] = None,
    draw: Annotated[
        str | None, typer.Option(metavar="PNG", help="Draw what was read on the picture.")
    ] = None,
    as_json: AsJson = False,
    face: WhichFace = "1",
    landmarks: GivenLandmarks = None,
    save_landmarks: Annotated[
        str | None, typer.Option(metavar="FILE.npz", help="Save the landmarks, to be corrected.")
    ] = None,
) -> None:
    """Read the face in PICTURE: landmarks, pose, gaze.

    Examples:
    vasari read ada.jpg -o ada.face --draw ada-read.png

    vasari read ada.jpg --json > ada.json
    """
    with _sentences():
        from vasari.reading import read_files

        found = read_files(picture, which(face), landmarks, out, draw, save_landmarks, _tell)
        if as_json:
            print(json.dumps(found))


app.command()(cli_motion.track)
app.command()(cli_motion.drive)


@app.command()
def bench(as_json: AsJson = False) -> None:
    """Measure how fast this machine makes a video."""
    with _sentences():
        from vasari.bench import measure, report

        result = measure(_tell)
        print(json.dumps(result) if as_json else report(result))


@app.command()
def doctor() -> None:
    """Say what is installed, and whether it works."""
    with _sentences():
        from vasari.doctor import examine

        healthy = examine(print)
    if not healthy:
        raise typer.Exit(CANNOT)


def _say_version(asked: bool) -> None:
    if asked:
        print(f"vasari {vasari.__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say which.")
    ] = False,
) -> None:
    pass


@contextmanager
def _sentences() -> Iterator[None]:
    """Whatever goes wrong becomes one sentence on stderr and an exit code."""
    debug = bool(os.environ.get("VASARI_DEBUG"))
    if not debug:
        warnings.simplefilter("ignore")
    try:
        settle_libraries()
        yield
    except KeyboardInterrupt:
        _leave("Stopped; nothing was left behind.", INTERRUPTED)
    except VasariError as error:
        _leave(str(error), CANNOT)
    except Exception as error:
        if debug:
            raise
        _leave(
            f"Something unexpected happened ({type(error).__name__}: {error}): "
            "please report it; with VASARI_DEBUG=1 it is shown where.",
            CANNOT,
        )


def settle_libraries() -> None:
    """One thread for each library, and silence from FFmpeg."""
    import av.logging
    import cv2

    av.logging.set_level(None)
    cv2.setNumThreads(1)


@contextmanager
def _progress() -> Iterator[Callable[[int, int | None], None]]:
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


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _leave(sentence: str, code: int) -> NoReturn:
    _tell(sentence)
    raise SystemExit(code)
