"""`vasari track`: a video or a CSV in, a motion file, landmarks and a CSV out."""

from __future__ import annotations

from vasari.errors import OutputError
from vasari.files import as_path, same_file
from vasari.follow.landmark_file import LandmarkFile
from vasari.follow.live_link import Rows, is_live_link, read_live_link, write_live_link
from vasari.follow.track import track
from vasari.telling import Progress, Tell
from vasari.values import Motion


def track_files(
    video: str, out: str, landmarks: str | None, csv: str | None, progress: Progress, tell: Tell
) -> None:
    """Track a video, or read a CSV of Live Link Face, and write what is asked for.

    Args:
        video: a video file, or a name that ends in .csv.
        out: of the motion file.
        landmarks: of an npz with `landmarks` (T, 478, 3), pixels of the video, and `found` (T,).
        csv: of a CSV as Live Link Face writes it.
        progress: called after each picture.
        tell: called with each sentence that the user should know.

    Raises:
        VasariError: one sentence that says what is wrong and what to do.
    """
    for path in filter(None, (out, landmarks, csv)):
        if same_file(as_path(path), as_path(video)):
            raise OutputError(f"{path} is an input: give the output another name.")
        if not as_path(path).absolute().parent.is_dir():
            raise OutputError(f"There is no folder {as_path(path).absolute().parent}: make it.")
    if is_live_link(video) and landmarks:
        raise OutputError("A CSV of Live Link Face holds no landmarks: leave --landmarks away.")
    motion, rows = _taken(video, landmarks, progress, tell)
    motion.save(out)
    tell(f"Saved {len(motion)} frames of motion in {out}")
    if csv:
        write_live_link(motion, csv, rows)
        tell(f"Wrote {csv}; head position and residuals have no column there.")


def _taken(
    video: str, landmarks: str | None, progress: Progress, tell: Tell
) -> tuple[Motion, Rows]:
    """The motion, and the rows that it was read from, if so."""
    if is_live_link(video):
        return read_live_link(video)
    if not landmarks:
        return track(video, progress=progress, tell=tell).motion, ()
    with LandmarkFile(landmarks) as file:
        seen = track(video, take=file.take, progress=progress, tell=tell)
        file.finish(seen.found)
    tell(f"Saved the landmarks in {landmarks}")
    return seen.motion, ()
