"""The commands for meetings and for many machines. Heavy imports wait until one is run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from vasari.cli.groups import Marking, Steering
from vasari.cli.options import (
    Badge,
    Consent,
    Fps,
    Host,
    Picture,
    Port,
    Sessions,
    StyleFile,
    Token,
    check_background,
    check_size,
)
from vasari.cli.terminal import CANNOT, sentences, tell


def camera(
    picture: Picture,
    sound: Annotated[
        str | None, typer.Option(metavar="SOUND", help="A file in place of the microphone.")
    ] = None,
    device: Annotated[
        str | None, typer.Option(metavar="NAME", help="Which microphone, as FFmpeg names it.")
    ] = None,
    fps: Fps = "30",
    background: Annotated[
        str, typer.Option(callback=check_background, help="keep, green or #rrggbb.")
    ] = "keep",
    style: StyleFile = None,
    i_have_consent: Consent = False,
    badge: Badge = False,
) -> None:
    """Show PICTURE in a virtual camera, moved by the microphone: for meetings.

    Examples:
    vasari camera ada.face
    """
    with sentences():
        from vasari.jobs.camera import camera as show

        Marking(i_have_consent, badge).asked(picture)
        show(
            picture, sound, device=device, fps=fps, background=background,
            style=Steering(style=style).asked(), badge=badge, tell=tell,
        )  # fmt: skip


def batch(
    table: Annotated[
        str, typer.Argument(metavar="TABLE", help="A CSV with columns picture, sound and out.")
    ],
    report: Annotated[
        str, typer.Option(metavar="JSON", help="Say there what became of each row.")
    ] = "report.json",
    size: Annotated[
        int, typer.Option(callback=check_size, help="Pixels, even, 256 to 1024.")
    ] = 512,
    fps: Fps = "25",
    cores: Annotated[
        int, typer.Option(metavar="N", min=1, max=64, help="Cores that one video takes.")
    ] = 1,
) -> None:
    """Make a video of each row of TABLE, on all machines of a Ray cluster, or on this one.

    A batch that was stopped goes on where it was. Exit code 1 if a row failed.

    Examples:
    vasari batch greetings.csv --report greetings.json
    """
    with sentences():
        from vasari.jobs.batch import batch as make

        done = make(table, report, size=size, fps=fps, cores=cores, tell=tell)
    if any(one.state == "failed" for one in done):
        raise typer.Exit(CANNOT)


def fleet(
    folder: Annotated[
        str, typer.Argument(metavar="FOLDER", help="Of saved faces that every machine sees.")
    ],
    host: Host = "127.0.0.1",
    port: Port = 8765,
    token: Token = None,
    sessions: Sessions = 4,
    replicas: Annotated[
        int, typer.Option(metavar="N", min=1, max=1000, help="Servers at most.")
    ] = 8,
    cores: Annotated[
        float, typer.Option(metavar="N", min=0.1, max=64, help="Cores of each server.")
    ] = 2.0,
) -> None:
    """Serve live faces from a Ray cluster, or from this machine: as many servers as are needed.

    Examples:
    vasari fleet faces/ --host 0.0.0.0 --replicas 20
    """
    with sentences():
        from vasari.jobs.fleet import Wishes, run
        from vasari.jobs.serve import Wishes as One

        one = One(host, port, token, sessions, 60.0, (), None).settings()
        run(Wishes(Path(folder), one, most=replicas, cores=cores), tell)
