"""Speech features and a `Style` to `Motion`: mouth, head, gaze, blinks and brows, streamed."""

from vasari.motion.stream import MotionStream

__all__ = ["MotionStream"]
