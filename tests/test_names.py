"""Few names, sorted, and each is there."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

import vasari

ROOMS = ["vasari"] + [f"vasari.{m.name}" for m in pkgutil.iter_modules(vasari.__path__) if m.ispkg]


@pytest.mark.parametrize("room", ROOMS)
def test_exported_names(room: str) -> None:
    module = importlib.import_module(room)
    assert all(hasattr(module, name) for name in getattr(module, "__all__", ()))


def test_sorted() -> None:
    assert vasari.__all__ == sorted(vasari.__all__)


def test_no_module_has_the_name_of_a_function() -> None:
    modules = {m.name for m in pkgutil.iter_modules(vasari.__path__)}
    assert not modules & set(vasari.__all__)
    assert callable(vasari.talk)
    with pytest.raises(AttributeError, match="sing"):
        vasari.sing  # type: ignore[attr-defined]  # noqa: B018
