"""Loops over pixels, compiled by numba and kept on disk for the next start where that can be."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache
from typing import Any

import numba
from numba.core.caching import FunctionCache

from vasari.errors import VasariWarning

SLOW = (
    "Compiled code cannot be kept here, so every start takes some seconds longer: "
    "set NUMBA_CACHE_DIR to a folder that may be written."
)

NAN_KNOWN = {"nsz", "arcp", "contract", "afn", "reassoc"}  # fastmath but "nnan" and "ninf"

Loop = Callable[..., Any]


def kernel(signature: str | None = None, exact: bool = False) -> Callable[[Loop], Any]:
    """Compile a function: for one signature at once, or for whatever it is first called with.

    Args:
        signature: numba's.
        exact: comparisons with NaN are false, as they should be; else it may be assumed that
            there is none.
    """

    def compiled(function: Loop) -> Any:
        loop: Any = numba.njit(nogil=True, fastmath=NAN_KNOWN if exact else True)(function)
        if loop is function:  # NUMBA_DISABLE_JIT
            return loop
        try:
            loop._cache = _Kept(function)  # what njit(cache=True) does, with numba's own class
        except RuntimeError:  # neither the package's folder nor the user's can be written
            _warn()
        if signature:
            loop.compile(signature)
            loop.disable_compile()
        return loop

    return compiled


class _Kept(FunctionCache):
    """Code on disk; where it is damaged or the disk is full, it is compiled again."""

    def load_overload(self, *what: Any) -> Any:
        try:
            return super().load_overload(*what)
        except Exception:  # whatever a damaged pickle raises
            return None

    def save_overload(self, *what: Any) -> None:
        try:
            self._save(*what)
        except OSError:
            _warn()

    def _save(self, *what: Any) -> None:
        try:
            super().save_overload(*what)
        except OSError:
            raise
        except Exception:  # the list of what is there is damaged: begin a new one
            self.flush()
            super().save_overload(*what)


@cache
def _warn() -> None:
    warnings.warn(SLOW, VasariWarning, stacklevel=2)
