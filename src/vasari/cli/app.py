"""The command `vasari`. Heavy imports wait until a command needs them."""

from __future__ import annotations

import json
import os
import signal
from contextlib import ExitStack
from typing import Annotated, Literal

import typer

import vasari
from vasari.cli.groups import Marking, Steering, unfolded
from vasari.cli.many import batch, camera, fleet
from vasari.cli.options import (
    AsJson,
    DriverVideo,
    Fps,
    Framing,
    GivenLandmarks,
    Host,
    Ice,
    Keep,
    Out,
    Picture,
    Port,
    Sessions,
    SoundTrack,
    Token,
    WhichFace,
    check_background,
    check_size,
    which,
)
from vasari.cli.terminal import (
    CANNOT,
    INTERRUPTED,
    leave,
    only_our_warnings,
    progress,
    sentences,
    stop,
    tell,
)
from vasari.pipes import spooled

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


def main() -> None:
    """Run the command line."""
    # one thread each for drawing and encoding: those of the libraries would only get in between
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    signal.signal(signal.SIGTERM, stop)
    try:
        with only_our_warnings():
            app(prog_name="vasari")
    except KeyboardInterrupt:
        leave("Stopped; nothing was left behind.", INTERRUPTED)


@app.command()
@unfolded
def say(
    *,
    picture: Picture,
    sound: Annotated[
        str | None, typer.Argument(metavar="SOUND", help="A sound or video file; - for a pipe.")
    ] = None,
    out: Out,
    listen: Annotated[
        str | None,
        typer.Option(metavar="SOUND", help="Somebody else's voice, to listen to meanwhile."),
    ] = None,
    style_from: Annotated[
        str | None,
        typer.Option(metavar="CLIP", help="Move in the manner of whom this video or motion shows."),
    ] = None,
    size: Annotated[
        int, typer.Option(callback=check_size, help="Pixels of --frame crop, even, 256 to 1024.")
    ] = 512,
    fps: Fps = "25",
    frame: Framing = "crop",
    background: Annotated[
        str, typer.Option(callback=check_background, help="keep, green, #rrggbb or transparent.")
    ] = "keep",
    face: WhichFace = "1",
    landmarks: GivenLandmarks = None,
    seed: Annotated[int, typer.Option(min=0, help="Another seed, another way to move.")] = 0,
    still: Annotated[
        bool, typer.Option("--still", help="Keep head and body where they are.")
    ] = False,
    steering: Steering,
    track: SoundTrack = None,
    marking: Marking,
) -> None:
    """Make a video in which PICTURE says SOUND.

    Examples:
    vasari say ada.jpg hello.wav -o ada.mp4

    vasari say ada.jpg hello.wav -o ada.mp4 --gaze 12,-5 --distance 0.85

    vasari say ada.jpg hello.wav -o ada.webm --background transparent

    vasari say ada.jpg answer.wav --listen question.wav -o ada.mp4

    vasari say ada.jpg hello.wav -o ada.mp4 --style-from actor.mp4
    """
    with sentences():
        from vasari.jobs.say import say as make

        style = steering.asked(seed)
        with ExitStack() as kept:
            picture = kept.enter_context(spooled(picture, "picture"))
            sound = sound and kept.enter_context(spooled(sound, "sound"))
            listen = listen and kept.enter_context(spooled(listen, "sound"))
            style_from = style_from and kept.enter_context(spooled(style_from, "video"))
            marks = marking.asked(picture)
            with progress() as show:
                make(
                    picture, sound, out, size=size, fps=fps, frame=frame, background=background,
                    face=which(face), landmarks=landmarks, still=still, track=track, style=style,
                    marks=marks, listen=listen, style_from=style_from, progress=show, tell=tell,
                )  # fmt: skip
        tell(f"Made {out}")


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
    frame: Annotated[
        Literal["crop", "full"],
        typer.Option(help="What the face is for: full keeps the whole of a large picture."),
    ] = "crop",
    save_landmarks: Annotated[
        str | None, typer.Option(metavar="FILE.npz", help="Save the landmarks, to be corrected.")
    ] = None,
) -> None:
    """Read the face in PICTURE: landmarks, pose, gaze.

    Examples:
    vasari read ada.jpg -o ada.face --draw ada-read.png

    vasari read ada.jpg --json > ada.json
    """
    with sentences():
        from vasari.jobs.read import read_files

        with spooled(picture, "picture") as picture:
            found = read_files(
                picture, which(face), landmarks, out, draw, save_landmarks, tell, frame
            )
        if as_json:
            print(json.dumps(found))


@app.command()
def track(
    video: Annotated[
        str, typer.Argument(metavar="VIDEO", help="A video of one face, or a Live Link Face CSV.")
    ],
    out: Annotated[str, typer.Option("-o", "--out", metavar="MOTION", help="The motion file.")],
    landmarks: Annotated[
        str | None,
        typer.Option(metavar="FILE.npz", help="Also the landmarks, pixels of the video."),
    ] = None,
    csv: Annotated[
        str | None, typer.Option(metavar="FILE.csv", help="Also as Live Link Face writes it.")
    ] = None,
) -> None:
    """Take the motion of the face in VIDEO, at 25 pictures a second.

    Examples:
    vasari track ada.mp4 -o ada.motion --csv ada.csv

    vasari track take.csv -o take.motion
    """
    with sentences():
        from vasari.jobs.track import track_files

        with spooled(video, "video") as video, progress() as show:
            track_files(video, out, landmarks, csv, show, tell)


@app.command()
@unfolded
def drive(
    *,
    picture: Picture,
    video: DriverVideo,
    out: Out,
    absolute: Annotated[
        bool,
        typer.Option("--absolute", help="Pose and expression as they are, not as changes."),
    ] = False,
    frame: Framing = "crop",
    face: WhichFace = "1",
    landmarks: GivenLandmarks = None,
    steering: Steering,
    track: SoundTrack = None,
    marking: Marking,
) -> None:
    """Make a video in which PICTURE moves as the face in VIDEO does, with its sound.

    VIDEO may also be a motion: there is no sound then.

    Examples:
    vasari drive ada.jpg actor.mp4 -o ada.mp4

    vasari drive ada.jpg actor.motion -o ada.mp4

    vasari drive first.png clip.mp4 -o again.mp4 --absolute --frame full
    """
    with sentences():
        from vasari.jobs.drive import drive as make

        style = steering.asked()
        with spooled(picture, "picture") as picture, spooled(video, "video") as video:
            marks = marking.asked(picture)
            with progress() as show:
                make(
                    picture, video, out, absolute=absolute, frame=frame, face=which(face),
                    landmarks=landmarks, track=track, style=style, marks=marks, progress=show,
                    tell=tell,
                )  # fmt: skip
        tell(f"Made {out}")


@app.command()
def verify(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="A video, a picture, or a folder of PNG.")
    ],
    as_json: AsJson = False,
) -> None:
    """Say whether Vasari made FILE, by its signed manifest and the mark in its pixels.

    Exit codes: 0 made by Vasari, 3 nothing found, 4 changed after it was signed, 1 cannot be read.

    Examples:
    vasari verify ada.mp4
    """
    with sentences():
        from vasari.jobs.verify import verify as look

        with spooled(file, "video") as file:
            found = look(file)
        print(json.dumps(found.as_json()) if as_json else "\n".join(found.sentences))
        code = found.code
    raise typer.Exit(code)


@app.command()
def bench(
    as_json: AsJson = False,
    live: Annotated[
        bool, typer.Option("--live", help="A conversation instead, through server and client.")
    ] = False,
    seconds: Annotated[
        float, typer.Option(metavar="N", min=3, max=36_000, help="Of speech, with --live.")
    ] = 30.0,
    sessions: Annotated[
        int, typer.Option(metavar="K", min=1, max=16, help="At once, with --live.")
    ] = 1,
    fps: Annotated[
        Literal["24", "25", "30", "40", "50"], typer.Option(help="Pictures a second, with --live.")
    ] = "40",
    transport: Annotated[
        Literal["websocket", "webrtc"], typer.Option(help="Of the client, with --live.")
    ] = "websocket",
) -> None:
    """Measure how fast this machine makes a video, or how live a face is.

    Examples:
    vasari bench

    vasari bench --live --seconds 60 --transport webrtc
    """
    with sentences():
        if live:
            from vasari.jobs.live_bench import measure_live, report_live

            found = measure_live(tell, seconds, sessions, int(fps), transport)
            print(json.dumps(found) if as_json else report_live(found))
            return
        from vasari.jobs.bench import measure, report

        result = measure(tell)
        print(json.dumps(result) if as_json else report(result))


@app.command()
def serve(
    host: Host = "127.0.0.1",
    port: Port = 8765,
    token: Token = None,
    sessions: Sessions = 4,
    keep: Keep = 60.0,
    ice: Ice = None,
    badge: Annotated[
        bool | None,
        typer.Option("--badge/--no-badge", help="A visible AI; else where others can see it."),
    ] = None,
) -> None:
    """Serve the studio, a page in the browser, and the faces behind it.

    Examples:
    vasari serve

    vasari serve --host 0.0.0.0 --ice stun:stun.example.org:3478
    """
    with sentences():
        from vasari.jobs.serve import Wishes
        from vasari.jobs.serve import serve as run

        run(Wishes(host, port, token, sessions, keep, tuple(ice or ()), badge), tell)


for command in (camera, batch, fleet):
    app.command()(command)


@app.command()
def doctor() -> None:
    """Say what is installed, and whether it works."""
    with sentences():
        from vasari.jobs.doctor import examine

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
