"""Sound to speech features: 16 kHz in any pieces, 25 Hz out, 80 ms behind the newest sample."""

from vasari.speech.stream import COMMON, FEATURES, LOUDNESS, VOICE, SpeechStream

__all__ = ["COMMON", "FEATURES", "LOUDNESS", "VOICE", "SpeechStream"]
