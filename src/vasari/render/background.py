"""What is behind the person, in words and as the renderer takes it."""

from __future__ import annotations

import re
from typing import Literal

from vasari.errors import VasariError

Background = tuple[int, int, int] | Literal["transparent"] | None  # None keeps the portrait's
GREEN = (0, 255, 0)


def parse_background(text: str) -> Background:
    """`keep`, `green`, `#rrggbb` or `transparent`.

    Raises:
        VasariError: it is none of these.
    """
    if text == "keep":
        return None
    if text == "transparent":
        return "transparent"
    if text == "green":
        return GREEN
    if not re.fullmatch("#[0-9a-fA-F]{6}", text):
        raise VasariError(
            f"{text} is no background: use keep, green, transparent or a colour such as #20304f."
        )
    red, green, blue = bytes.fromhex(text[1:])
    return red, green, blue
