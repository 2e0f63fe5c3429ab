"""What a killed run left beside the output is removed by the next one, and nothing else."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import pytest

from vasari.files import Draft, cannot_write

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="locks of POSIX")
LEFT = ".vasari-0123456789ab.part"


def old(path: Path) -> Path:
    os.utime(path, (0, 0))
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def begin_another(folder: Path) -> None:
    Draft(folder / "b.mp4").discard()


def test_what_was_left_is_removed(tmp_path: Path) -> None:
    (tmp_path / LEFT).write_text("half")
    old(tmp_path / LEFT)
    begin_another(tmp_path)
    assert names(tmp_path) == []


def test_a_folder_that_was_left_is_removed(tmp_path: Path) -> None:
    (tmp_path / LEFT).mkdir()
    (tmp_path / LEFT / "000000.png").write_text("half")
    old(tmp_path / LEFT)
    begin_another(tmp_path)
    assert names(tmp_path) == []


@pytest.mark.parametrize("folder", [False, True])
def test_a_draft_that_is_being_written_stays(tmp_path: Path, folder: bool) -> None:
    """However long its last byte is ago."""
    draft = Draft(tmp_path / "a", folder=folder)
    old(draft.path)
    begin_another(tmp_path)
    assert draft.path.exists()
    draft.publish()
    draft.discard()
    assert names(tmp_path) == ["a"]


def test_a_fresh_draft_and_other_names_stay(tmp_path: Path) -> None:
    kept = [LEFT, ".vasari-notes.part", "vasari-0123456789ab.part", ".vasari-0123456789ab.old"]
    for name in kept:
        (tmp_path / name).write_text("mine")
        if name != LEFT:
            old(tmp_path / name)
    begin_another(tmp_path)
    assert names(tmp_path) == sorted(kept)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "mine"
    target.mkdir()
    (target / "diary.txt").write_text("mine")
    (tmp_path / LEFT).symlink_to(target, target_is_directory=True)
    os.utime(tmp_path / LEFT, (0, 0), follow_symlinks=False)
    begin_another(tmp_path)
    assert names(target) == ["diary.txt"]


def test_no_handle_is_left_open(tmp_path: Path) -> None:
    handles = Path("/proc/self/fd")
    if not handles.exists():
        pytest.skip("needs /proc")
    before = len(list(handles.iterdir()))
    for k in range(5):
        (tmp_path / f".vasari-{k:012x}.part").touch()
        old(tmp_path / f".vasari-{k:012x}.part")
        begin_another(tmp_path)
    assert len(list(handles.iterdir())) == before


def test_says_what_would_help() -> None:
    said = {
        code: str(cannot_write(Path(__file__), OSError(code, os.strerror(code))))
        for code in (errno.ENOSPC, errno.EACCES)
    }
    assert "free some space" in said[errno.ENOSPC]
    assert "free some space" not in said[errno.EACCES]
    assert all("choose another folder; nothing was left" in each for each in said.values())
