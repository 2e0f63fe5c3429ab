"""Files to and from sound and pictures: FFmpeg through PyAV, in step with each other."""

from vasari.media.sound import Sound, open_sound
from vasari.media.video import VideoWriter
from vasari.media.watch import read_video

__all__ = ["Sound", "VideoWriter", "open_sound", "read_video"]
