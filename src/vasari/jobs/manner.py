"""A clip of somebody who talks to the manner in which they move."""

from __future__ import annotations

from dataclasses import replace
from os import PathLike

import numpy as np
from numpy.typing import NDArray

from vasari.checks import checked_path
from vasari.errors import VideoError
from vasari.files import input_file
from vasari.follow.track import Track, track
from vasari.jobs.recorded import is_motion_file, recorded
from vasari.motion.frame_rate import resampled
from vasari.motion.manner import manner_in
from vasari.telling import Progress, Tell
from vasari.values import MOTION_HZ, Manner, Motion
from vasari.values.motion import check_motion

MOST = 1500  # pictures of a video, one minute, that are read
# The life network learned where people look from a teacher's coefficients of the lids around the
# eyes, which spread wider than the irises that we read: by that much in 18 clips of both.
GAZE_READ = 1.25


def read_manner(
    clip: str | PathLike[str] | Motion, *,
    progress: Progress = lambda done, total: None, tell: Tell = lambda sentence: None,
) -> Manner:  # fmt: skip
    """In which manner somebody moves who talks in a clip.

    Args:
        clip: a video of one face, of which the first minute is read and the longest shot used; a
            motion as `vasari track` saves it; a CSV of Live Link Face; or a `Motion`. At least 2.5
            seconds; the more, the surer.
        progress: called after each picture of a video.
        tell: called with each sentence that the user should know.

    Raises:
        VasariError: it cannot be read, shows no face, or too little of one.
    """
    if isinstance(clip, Motion):
        check_motion(clip)
        return manner_in(resampled(clip, round(MOTION_HZ)))
    if is_motion_file(checked_path(clip, "clip")):
        return manner_in(recorded(clip).motion, name=str(clip))
    seen = track(input_file(clip, "clip", VideoError), most=MOST, progress=progress, tell=tell)
    motion = replace(seen.motion, gaze=GAZE_READ * seen.motion.gaze)
    return manner_in(motion, _longest_shot(seen), str(clip))


def _longest_shot(seen: Track) -> NDArray[np.bool_]:
    """(T,) the frames with the face in that shot that has most of them."""
    shot = np.cumsum(np.isin(np.arange(len(seen.found)), seen.cuts))
    best = int(np.bincount(shot[seen.found]).argmax())
    return np.asarray(seen.found & (shot == best))
