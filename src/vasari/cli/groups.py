"""Options that commands share by the dozen: a dataclass for each group, a field for each option."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from functools import wraps
from typing import TYPE_CHECKING, Annotated, Any

import typer

from vasari import checks
from vasari.cli.options import (
    Badge,
    Consent,
    StyleFile,
    check_blink,
    check_distance,
    check_emotion,
    check_expression,
    check_gaze,
    check_head,
    check_pose,
    pair,
    triple,
)

if TYPE_CHECKING:
    from vasari.provenance.making import Marks
    from vasari.values import Style


@dataclass(frozen=True)
class Steering:
    """How the face moves, as `say` and `drive` ask for it."""

    gaze: Annotated[
        str | None,
        typer.Option(
            metavar="YAW,PITCH", callback=check_gaze,
            help="Where the eyes mostly look, degrees: right and up of where they look in PICTURE.",
        ),
    ] = None  # fmt: skip
    distance: Annotated[
        float | None,
        typer.Option(
            metavar="D", callback=check_distance,
            help="0.7 (near) to 1.4 (far): at .8 the face is 1/.8 as large.",
        ),
    ] = None  # fmt: skip
    emotion: Annotated[
        str | None,
        typer.Option(
            metavar="NAME:STRENGTH[,...]", callback=check_emotion,
            help=f"Of {', '.join(checks.EMOTIONS)}, 0 to 1; auto (the voice's own) or none.",
        ),
    ] = None  # fmt: skip
    pose: Annotated[
        str | None,
        typer.Option(
            metavar="YAW,PITCH,ROLL", callback=check_pose,
            help="How far the head is turned from its own pose, degrees; the eyes stay.",
        ),
    ] = None  # fmt: skip
    head: Annotated[
        float | None,
        typer.Option(metavar="G", callback=check_head, help="Head motion, 0 (still) to 2."),
    ] = None
    expression: Annotated[
        float | None,
        typer.Option(
            metavar="G", callback=check_expression,
            help="All that moves but lips and blinks, 0 to 2.",
        ),
    ] = None  # fmt: skip
    blink: Annotated[
        float | None,
        typer.Option(metavar="G", callback=check_blink, help="How often, 0 (never) to 2."),
    ] = None
    style: StyleFile = None

    def asked(self, seed: int = 0) -> Style:
        """The style; what an option says goes before what the file says of the same.

        Raises:
            VasariError: the file says something that is not understood.
        """
        from vasari.values import Style

        given = {name: value for name, value in asdict(self).items() if value is not None}
        file = given.pop("style", None)
        if self.gaze is not None:
            given["gaze"] = pair(self.gaze)
        if self.pose is not None:
            given["pose"] = triple(self.pose)
        return replace(Style(seed) if file is None else Style.load(file, seed), **given)


@dataclass(frozen=True)
class Marking:
    """What `say` and `drive` leave on a video, and whether its person agreed."""

    i_have_consent: Consent = False
    badge: Badge = False
    no_mark: Annotated[
        bool, typer.Option("--no-mark", help="Leave the pixels unmarked, for tests and research.")
    ] = False
    c2pa_cert: Annotated[
        str | None,
        typer.Option(metavar="PEM", help="Sign with this chain, not the machine's own."),
    ] = None
    c2pa_key: Annotated[str | None, typer.Option(metavar="PEM", help="Its private key.")] = None
    c2pa_tsa: Annotated[
        str | None, typer.Option(metavar="URL", help="Have signatures time-stamped there.")
    ] = None

    def asked(self, picture: str) -> Marks:
        """The marks; asks about consent where somebody sits before a terminal.

        Raises:
            VasariError: the answer is no.
        """
        from vasari.provenance.consent import ask
        from vasari.provenance.making import Marks

        agreed = True if self.i_have_consent else ask(picture)
        how = "option" if self.i_have_consent else "terminal"
        return Marks(
            agreed, self.badge, not self.no_mark, self.c2pa_cert, self.c2pa_key, self.c2pa_tsa, how
        )


def unfolded(command: Callable[..., None]) -> Callable[..., None]:
    """A command as typer wants it: in place of a parameter that is a group, its options."""
    signature = inspect.signature(command, eval_str=True)
    groups: dict[str, type[Any]] = {}
    options: list[inspect.Parameter] = []
    for name, parameter in signature.parameters.items():
        if parameter.annotation in (Steering, Marking):
            groups[name] = parameter.annotation
            options += inspect.signature(groups[name], eval_str=True).parameters.values()
        else:
            options.append(parameter)

    @wraps(command)
    def one_by_one(**given: object) -> None:
        for name, group in groups.items():
            given[name] = group(**{each.name: given.pop(each.name) for each in fields(group)})
        command(**given)

    alone = [each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in options]
    one_by_one.__signature__ = signature.replace(parameters=alone)  # type: ignore[attr-defined]
    return one_by_one
