"""The speech encoder as a stream."""

from __future__ import annotations

import numpy as np

from vasari.errors import SoundError
from vasari.networks import network
from vasari.speech import mel
from vasari.values import FloatArray

ENCODED = 192  # values that the network makes of each motion frame
VOICE = ENCODED  # column: how sure a voice is heard, 0 to 1
LOUDNESS = ENCODED + 1  # column: loudest mel frame against the running level, SPAN_DB to the unit
COMMON = ENCODED + 2  # columns that all read
FINE = 128  # columns behind them that the mouth alone reads, by an ear of its own
FEATURES = COMMON + FINE
NOTHING = np.zeros((0, FEATURES), np.float32)
FIELD = 123  # mel frames that one feature sees: 1.2 s of past and 80 ms ahead
NEWEST = 7  # mel frames before a chunk's that the ear is shown
MEMORY = (28, 192)  # what it keeps of all that was before: its first layers' frames


class SpeechStream:
    """Turns sound into speech features, frame k looking at most 80 ms past k / 25 s.

    Sound is worked on in blocks of one motion frame and networks see windows of one shape, so the
    way it is pushed never changes a bit.

    Args:
        chunk: motion frames that one network call makes; 1 waits least, 25 costs least.
    """

    def __init__(self, chunk: int = 1) -> None:
        self._network, self._ear = network("speech"), network("ear")
        self._mel = mel.MelStream()
        self._chunk = chunk
        frames = FIELD + mel.PER_BLOCK * (chunk - 1)
        self._window = np.full((1, frames, mel.MELS), mel.LOWEST, np.float32)
        self._memory = np.zeros((1, *MEMORY), np.float32)
        for _ in range(-(-MEMORY[0] // chunk)):  # before the sound there is silence
            self._fine()
        self._loudness = np.zeros(chunk, np.float32)
        self._rest = np.zeros(0, np.float32)  # samples that do not fill a block yet
        self._samples = self._blocks = self._given = 0
        self._ended = False

    def push(self, sound: FloatArray, last: bool = False) -> FloatArray:
        """Takes the next samples and gives the features that are ready.

        Args:
            sound: (n,) float32, 16 kHz, full scale 1; any n, also 0.
            last: nothing comes after; what is left is flushed, so that all in all there are
                ceil(samples / 640) features.

        Returns:
            (m, FEATURES) float32.

        Raises:
            SoundError: the stream has ended, or `sound` is not one row of numbers.
        """
        if self._ended:
            raise SoundError("This sound has ended; start a new SpeechStream for another.")
        if sound.ndim != 1:
            raise SoundError(f"Sound must be one row of samples, not of shape {sound.shape}.")
        self._samples += len(sound)
        total = -(-self._samples // mel.BLOCK)
        pending = np.concatenate([self._rest, sound.astype(np.float32, copy=False)])
        if len(pending) < mel.BLOCK and not last:
            self._rest = pending
            return NOTHING
        if last:
            self._ended = True
            pending = np.pad(pending, (0, self._missing(total)))
        whole = len(pending) // mel.BLOCK * mel.BLOCK
        self._rest = pending[whole:].copy()
        made = [self._listen(block) for block in pending[:whole].reshape(-1, mel.BLOCK)]
        features = np.concatenate([NOTHING, *made])
        if last:
            features = features[: total - self._given]
        self._given += len(features)
        return features

    def _missing(self, total: int) -> int:
        """Zeros that make `total` features come out: one block ahead, whole chunks."""
        blocks = -(-(total + 1) // self._chunk) * self._chunk if total else 0
        return blocks * mel.BLOCK - self._samples

    def _listen(self, block: FloatArray) -> FloatArray:
        frames, energy = self._mel.push(np.nan_to_num(block).clip(-1, 1))
        place = self._blocks % self._chunk
        if place == 0:  # make room for a whole chunk
            self._window[:, : -mel.PER_BLOCK * self._chunk] = self._window[
                :, mel.PER_BLOCK * self._chunk :
            ].copy()
        at = self._window.shape[1] - mel.PER_BLOCK * (self._chunk - place)
        self._window[0, at : at + mel.PER_BLOCK] = frames
        self._loudness[place] = np.clip(energy.max() / mel.SPAN_DB, mel.LOWEST, mel.HIGHEST)
        self._blocks += 1
        if place + 1 < self._chunk:
            return NOTHING
        (encoded,) = self._network.run(None, {"mel": self._window})
        features = np.concatenate([encoded[0], self._loudness[:, None], self._fine()], axis=1)
        # the first block only opens the 80 ms ahead: it tells of frame -1
        return features[1:] if self._blocks == self._chunk else features

    def _fine(self) -> FloatArray:
        """(chunk, FINE) of the newest chunk."""
        newest = self._window[:, -NEWEST - mel.PER_BLOCK * self._chunk :]
        fine, self._memory = self._ear.run(None, {"mel": newest, "memory": self._memory})
        return np.asarray(fine[0])
