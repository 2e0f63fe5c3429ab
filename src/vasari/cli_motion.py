"""The commands that take motion from a video: `vasari track` and `vasari drive`."""

from __future__ import annotations

from typing import Annotated, Literal

import typer


def which(text: str) -> int | tuple[float, float, float, float]:
    """`--face` as it was written: a number from 1, or x,y,width,height in pixels."""
    if text.isdecimal() and int(text) > 0:
        return int(text)
    x, y, width, height = (float(part) for part in text.split(","))
    if min(width, height) <= 0:
        raise ValueError("a box has a width and a height")
    return x, y, width, height


def _check_face(text: str) -> str:
    try:
        which(text)
    except ValueError:
        raise typer.BadParameter(f"{text} is neither 1, 2, ... nor x,y,width,height.") from None
    return text


WhichFace = Annotated[
    str,
    typer.Option(
        "--face", metavar="N", callback=_check_face,
        help="1 is the largest; or its box, x,y,width,height in pixels.",
    ),
]  # fmt: skip
GivenLandmarks = Annotated[
    str | None,
    typer.Option(
        "--landmarks", metavar="FILE",
        help="The landmarks of the face, .npz or .json, taken instead of reading them.",
    ),
]  # fmt: skip
Driver = Annotated[
    str,
    typer.Argument(metavar="VIDEO", help="A video of one face, a motion file or a Live Link CSV."),
]


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
    from vasari.cli import _progress, _sentences, _tell

    with _sentences():
        from vasari.tracking import track_files

        with _progress() as show:
            track_files(video, out, landmarks, csv, show, _tell)


def drive(
    picture: Annotated[str, typer.Argument(metavar="PICTURE", help="A picture, or a saved face.")],
    video: Driver,
    out: Annotated[
        str, typer.Option("-o", "--out", help='.mp4, .webm, .mov, or a folder ending in "/".')
    ],
    absolute: Annotated[
        bool,
        typer.Option("--absolute", help="Pose and expression as they are, not as changes."),
    ] = False,
    frame: Annotated[
        Literal["crop", "full"], typer.Option(help="Head and shoulders, or the whole picture.")
    ] = "crop",
    face: WhichFace = "1",
    landmarks: GivenLandmarks = None,
) -> None:
    """Make a video in which PICTURE moves as the face in VIDEO does, with its sound.

    VIDEO may also be a motion: there is no sound then.

    Examples:
    vasari drive ada.jpg actor.mp4 -o ada.mp4

    vasari drive ada.jpg actor.motion -o ada.mp4

    vasari drive first.png clip.mp4 -o again.mp4 --absolute --frame full
    """
    from vasari.cli import _progress, _sentences, _tell

    with _sentences():
        from vasari.drive import drive as make

        with _progress() as show:
            make(
                picture, video, out, absolute=absolute, frame=frame, face=which(face),
                landmarks=landmarks, progress=show, tell=_tell,
            )  # fmt: skip
        _tell(f"Made {out}")
