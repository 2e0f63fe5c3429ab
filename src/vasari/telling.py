"""What a person is told while something is made; the command line prints it."""

from __future__ import annotations

from collections.abc import Callable

Tell = Callable[[str], None]  # takes a sentence
Progress = Callable[[int, int | None], None]  # takes pictures done, and in all where known
