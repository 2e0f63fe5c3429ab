"""The results as Markdown, real people, what is made now and the laws of before side by side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from benchmarks.life import manner

HEAD = (
    "| {} | real people (standard error) | made | laws of before | within 20 % |\n"
    "|---|---|---|---|---|"
)
MORE = "| {} | real people | made | laws of before |\n|---|---|---|---|"
REAL = "real, "  # what the figures of real people begin with


def shown(result: dict[str, Any], laws: dict[str, Any]) -> str:
    """All parts that are there."""
    lines: list[str] = []
    for level in ("motion", "pictures"):
        if level in result:
            now, before = result[level], laws.get(level, {})
            lines += [HEAD.format(level), *_rows(now["table"], before.get("table", {})), ""]
            lines += _bent(now)
            lines += [MORE.format(f"{level}: to the sound"), *_rhythm(now, before), ""]
            lines += [MORE.format(f"{level}: distance"), *_apart(now, before), ""]
    if "minutes" in result:
        lines += [MORE.format("over minutes"), *_minutes(result["minutes"], laws.get("minutes"))]
    if "manner" in result:
        lines += ["", *manner.shown(result["manner"])]
    return "\n".join(lines)


def _rows(now: dict[str, Any], before: dict[str, Any]) -> Iterator[str]:
    for name, row in now.items():
        law, real = before.get(name, {}).get("made"), f"{_n(row['real'])} ({_n(row['error'])})"
        yield f"| {name} | {real} | {_n(row['made'])} | {_n(law)} | {_yes(row['within'])} |"
    count = sum(row["within"] for row in now.values())
    laws = sum(row["within"] for row in before.values()) if before else None
    yield f"| rows within 20 % | {len(now)} | {count} | {'' if laws is None else laws} | |"


def _bent(now: dict[str, Any]) -> Iterator[str]:
    """Rows in which people whose heads turn no farther than one picture shows are others."""
    if real := now.get("real as far as one picture shows"):
        yield "| motion, heads as far as one picture shows | real people | made |\n|---|---|---|"
        for name, row in now["table"].items():
            if abs(real[name] - row["real"]) > 0.01 * abs(row["real"]):
                yield f"| {name} | {_n(real[name])} | {_n(row['made'])} |"
        yield ""


def _rhythm(now: dict[str, Any], before: dict[str, Any]) -> Iterator[str]:
    for part, values in now["rhythm"].items():
        law = before.get("rhythm", {}).get(part, {})
        for name, value in values.items():
            if name.startswith(REAL) and name != "real, told":
                yield f"| {part}, sound {name.removeprefix(REAL)} | {_n(value)} | | |"
        for name, of in (
            ("told from far shifts", "told"),
            ("in time", None),
            ("shifted", "shifted"),
        ):
            key = "made" if of is None else f"made, {of}"
            real = values.get(
                "real, told" if of == "told" else "real, in time" if of is None else ""
            )
            yield f"| {part}, {name} | {_n(real)} | {_n(values[key])} | {_n(law.get(key))} |"
        for name in ("way", "made with head held still"):
            if name in values:
                yield f"| {part}, {name} | | {_n(values[name])} | {_n(law.get(name))} |"


def _apart(now: dict[str, Any], before: dict[str, Any]) -> Iterator[str]:
    for kind in ("frechet", "diversity"):
        for part, values in now.get(kind, {}).items():
            law = before.get(kind, {}).get(part, {})
            for name, value in values.items():
                made = name.startswith(("made", "seeds"))
                cells = ("", _n(value), _n(law.get(name))) if made else (_n(value), "", "")
                yield f"| {kind} {part}, {name} | {' | '.join(cells)} |"


def _minutes(now: dict[str, Any], before: dict[str, Any] | None) -> Iterator[str]:
    real = now.get("real", {})
    for voice, values in now.items():
        if not isinstance(values, dict) or "loops" not in values:
            continue
        law = (before or {}).get(voice, {})
        for kind, figures in values.items():
            for name, value in figures.items():
                cells = (real.get(kind, {}).get(name), value, law.get(kind, {}).get(name))
                yield f"| {voice}: {kind}, {name} | {' | '.join(map(_n, cells))} |"


def _n(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join(map(_n, value))
    text = f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"
    return text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text


def _yes(within: bool) -> str:
    return "yes" if within else "no"
