"""The rooms stand on floors, and imports run down: no circle, and no way back up."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import vasari

PACKAGE = Path(vasari.__file__).parent
# From the top to the bottom; rooms of one line know nothing of each other.
FLOORS = (
    ("__main__", "demo.__main__"),
    ("cli",),
    ("jobs",),
    ("live",),
    ("session",),
    ("__init__", "_talk"),
    ("performer",),
    ("demo",),
    ("render",),
    ("motion", "follow"),
    ("portrait",),
    ("speech", "media", "provenance"),
    ("shape",),
    ("values",),
    ("networks", "files", "threads", "kernels"),
    ("pipes",),
    ("checks", "telling"),
    ("errors",),
)


def modules() -> list[str]:
    """Names within the package, such as `render.mesh`; a package counts as its `__init__`."""
    paths = sorted(PACKAGE.rglob("*.py"))
    return [".".join(path.relative_to(PACKAGE).with_suffix("").parts) for path in paths]


def imported(module: str) -> Iterator[str]:
    """The modules of this package that one names, at its top level or inside a function. What the
    package itself names for type checkers alone it fetches when asked for."""
    tree = ast.parse((PACKAGE / (module.replace(".", "/") + ".py")).read_text())
    known = set(modules())
    checked = [n for n in ast.walk(tree) if isinstance(n, ast.If) and "TYPE_CHECKING" in
               ast.unparse(n.test)]  # fmt: skip
    hidden = {id(n) for block in checked for n in ast.walk(block) if module == "__init__"}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and id(node) not in hidden:
            parts = (node.module or "").split(".")
            if parts[0] != "vasari":
                continue
            for name in [node.module, *(f"{node.module}.{a.name}" for a in node.names)]:
                within = str(name).removeprefix("vasari").removeprefix(".")
                yield from {within, f"{within}.__init__".removeprefix(".")} & known
        elif isinstance(node, ast.Import) and id(node) not in hidden:
            for alias in node.names:
                if alias.name.split(".")[0] == "vasari":
                    within = alias.name.removeprefix("vasari").removeprefix(".")
                    yield from {within, f"{within}.__init__".removeprefix(".")} & known


def floor(module: str) -> int:
    """On which line of FLOORS a module stands."""
    for name in (module, module.split(".")[0]):
        for level, rooms in enumerate(FLOORS):
            if name in rooms:
                return level
    raise AssertionError(f"{module} stands on no floor: add its room to FLOORS")


@pytest.mark.parametrize("module", modules())
def test_imports_run_down(module: str) -> None:
    room = module.split(".")[0]
    for other in imported(module):
        if other.split(".")[0] != room and other != "__init__":
            assert floor(other) > floor(module), f"{module} imports {other}"


def test_there_is_no_circle() -> None:
    """Also inside a room. A room's own `__init__` may gather what its modules offer."""
    arrows = {m: set(imported(m)) - {m} for m in modules() if not m.endswith("__init__")}
    done: set[str] = set()

    def follow(module: str, path: tuple[str, ...]) -> None:
        assert module not in path, " -> ".join((*path, module))
        if module in done:
            return
        for other in sorted(arrows.get(module, ())):
            follow(other, (*path, module))
        done.add(module)

    for module in arrows:
        follow(module, ())
