"""The pages name every option there is, and their links lead somewhere."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import typer

from vasari.cli.app import app

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = LINK.findall(page.read_text(encoding="utf-8"))
    missing = [to for to in links if "://" not in to and not (page.parent / to).exists()]
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_no_machine_is_named(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert not re.search(r"/work/|\.\./shared|/home/|/tmp/", text)


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 120


def test_the_guide_names_every_command_and_option() -> None:
    guide = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    for name, command in commands.items():
        assert f"## vasari {name}" in guide
        part = guide.split(f"## vasari {name}")[1].split("\n## ")[0]
        for parameter in command.params:
            for option in parameter.opts:
                if option.startswith("--") and option not in ("--help", "--out"):
                    assert option in part, f"{name} {option}"


def test_pictures_are_small() -> None:
    pictures = [p for p in (ROOT / "docs" / "pictures").iterdir() if p.suffix in (".jpg", ".png")]
    assert pictures
    assert all(p.stat().st_size < 200_000 for p in pictures)


def test_the_readme_says_what_was_measured() -> None:
    measured = json.loads((ROOT / "benchmarks" / "results" / "speed.json").read_text("utf-8"))
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    fast, with_start = map(float, re.findall(r"\| (\d+); (\d+) pictures a second \|", text)[0])
    memory = float(re.findall(r"\| (\d+) MiB \|", text)[0])
    assert fast == pytest.approx(measured["pictures_per_second"], rel=0.15)
    assert with_start == pytest.approx(measured["pictures_per_second_with_start"], rel=0.15)
    assert memory == pytest.approx(measured["peak_memory_mib"], rel=0.15)
