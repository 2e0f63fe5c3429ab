"""Text to sound, by espeak-ng where the machine has it."""

from __future__ import annotations

import asyncio
import shutil
from contextlib import suppress
from functools import cache

from vasari.live.refused import Refused

COMMAND = "espeak-ng"
MOST_TEXT = 2000  # characters
SECONDS = 20.0  # that it may take
_turns = asyncio.Semaphore(2)  # texts at once
VOICES = {
    "en": "English", "en-us": "English, American", "de": "Deutsch", "fr": "Français",
    "es": "Español", "it": "Italiano", "pt": "Português", "nl": "Nederlands", "pl": "Polski",
    "tr": "Türkçe", "ru": "Русский", "hi": "हिन्दी", "cmn": "中文",
}  # fmt: skip


@cache
def voices() -> dict[str, str]:
    """Voices by name, none where there is no synthesiser."""
    return dict(VOICES) if shutil.which(COMMAND) else {}


async def spoken(text: str, voice: str = "en", speed: int = 160) -> bytes:
    """A WAV file of a text.

    Args:
        text: 1 to MOST_TEXT characters.
        voice: one of `voices()`.
        speed: words a minute, 80 to 300.

    Raises:
        Refused: there is no synthesiser, or it could not say that.
    """
    if not voices():
        raise Refused(f"{COMMAND} is not installed on the server: record or drop a voice.", 501)
    if voice not in voices():
        raise Refused(f"There is no voice {voice!r}: use one of {', '.join(voices())}.")
    if not text.strip() or len(text) > MOST_TEXT:
        raise Refused(f"Give a text of 1 to {MOST_TEXT} characters.")
    if _turns.locked():
        raise Refused("Other texts are being spoken just now: try again in a moment.", 503)
    async with _turns:
        return await _said(text, voice, speed)


async def _said(text: str, voice: str, speed: int) -> bytes:
    words = [COMMAND, "--stdin", "--stdout", "-v", voice, "-s", str(min(max(speed, 80), 300))]
    pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*words, stdin=pipe, stdout=pipe, stderr=nothing)
    try:
        async with asyncio.timeout(SECONDS):
            sound, _ = await process.communicate(text.encode())
    except TimeoutError:
        raise Refused("The text took too long to speak: give a shorter one.", 422) from None
    finally:
        with suppress(ProcessLookupError):
            process.kill()
    if len(sound) < 1000:
        raise Refused("Nothing could be spoken of that text: give other words.", 422)
    return sound
