"""Other throats for the same words: a child's, a whisper, a singer's.

Everything keeps its time but for singing, which holds vowels longer. Frames of 32 ms; the envelope
of a spectrum is its smoothed logarithm (cepstrum up to LIFTER samples).
"""

from __future__ import annotations

import numpy as np

FRAME, HOP, LIFTER = 512, 128, 22
SEARCH = 128  # samples that a piece may move to fit the one before
HZ = 16000
LABEL = 160  # samples of one label
HELD_LEAST, HELD_SHARE, HELD_MOST = 8, 0.3, 4.0  # labels, share of such vowels, seconds
LONGEST = 2.8  # logarithm: a singer holds vowels up to 16 times as long


def spectra(sound: np.ndarray) -> np.ndarray:
    """(n,) to (t, FRAME / 2 + 1) complex, frame k centred on sample k HOP."""
    padded = np.pad(sound, FRAME // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, FRAME)[::HOP]
    return np.fft.rfft(frames * np.hanning(FRAME), axis=1)


def sounded(spectrum: np.ndarray, n: int) -> np.ndarray:
    """What `spectra` undoes: overlap and add, (n,)."""
    frames = np.fft.irfft(spectrum, FRAME, axis=1) * np.hanning(FRAME)
    out = np.zeros(len(frames) * HOP + FRAME)
    for part in range(FRAME // HOP):
        piece = frames[:, part * HOP : (part + 1) * HOP].reshape(-1)
        out[part * HOP : part * HOP + len(piece)] += piece
    return (out[FRAME // 2 : FRAME // 2 + n] / 1.5).astype(np.float32)


def envelope(spectrum: np.ndarray) -> np.ndarray:
    """(t, bins) natural logarithm of the magnitude, harmonics smoothed away."""
    cepstrum = np.fft.irfft(np.log(np.abs(spectrum) + 1e-6), axis=1)
    cepstrum[:, LIFTER:-LIFTER] = 0
    return np.fft.rfft(cepstrum, axis=1).real


def shifted(log_envelope: np.ndarray, factor: float) -> np.ndarray:
    """All formants `factor` times as high."""
    bins = np.arange(log_envelope.shape[1])
    at = np.minimum(bins / factor, bins[-1])
    low = at.astype(int)
    share = at - low
    high = np.minimum(low + 1, bins[-1])
    return log_envelope[:, low] * (1 - share) + log_envelope[:, high] * share


def whispered(sound: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The vocal tract's envelope on noise, lows weaker, as the throat is open."""
    log_envelope = shifted(envelope(spectra(sound)), rng.uniform(1.0, 1.15))
    noise = spectra(rng.standard_normal(len(sound)))
    flat = noise / np.sqrt(np.mean(np.abs(noise) ** 2))
    hz = np.linspace(0, HZ / 2, log_envelope.shape[1])
    tilt = 1 / (1 + (rng.uniform(300, 900) / np.maximum(hz, 1)) ** rng.uniform(1, 2))
    loudness = -rng.uniform(0, 0.6) * np.maximum(log_envelope.mean(1, keepdims=True), -4)
    return sounded(flat * np.exp(log_envelope + loudness) * tilt, len(sound))


def child(sound: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A shorter throat: pitch and formants up, together and apart."""
    factor = float(np.exp(rng.uniform(0.05, 0.45)))
    n = len(sound)
    longer = stretched(sound, factor)
    at = np.arange(n) * factor
    out = np.interp(at, np.arange(len(longer)), longer)
    if rng.random() < 0.5:
        spectrum = spectra(out)
        log_envelope = envelope(spectrum)
        moved = shifted(log_envelope, rng.uniform(0.9, 1.12))
        out = sounded(spectrum * np.exp(moved - log_envelope), n)
    return out.astype(np.float32)


def stretched(sound: np.ndarray, factor: float) -> np.ndarray:
    """`factor` times as long at the same pitch (WSOLA: Verhelst and Roelands 1993)."""
    hop, window = FRAME // 2, np.hanning(FRAME + 1)[:-1].astype(np.float32)
    padded = np.pad(sound, (SEARCH, 2 * FRAME + 2 * SEARCH)).astype(np.float32)
    n = int(len(sound) * factor)
    out = np.zeros(n + 2 * FRAME, np.float32)
    before = SEARCH
    for k in range(n // hop + 1):
        at = int(k * hop / factor)
        follows = padded[before + hop : before + hop + FRAME]
        around = padded[at : at + FRAME + 2 * SEARCH]
        like = np.correlate(around[::2], follows[::2], "valid") if len(follows) == FRAME else [1]
        before = min(at + 2 * int(np.argmax(like)), len(padded) - FRAME)
        out[k * hop : k * hop + FRAME] += padded[before : before + FRAME] * window
    return out[:n]


def sung(sound: np.ndarray, phones: np.ndarray, vowels: np.ndarray,
         rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Notes of a scale with vibrato instead of the voice, vowels held. `phones` (m,) each 10 ms,
    `vowels` (phones,) bool; gives sound and phones, both longer."""
    spectrum = spectra(sound)
    log_envelope = envelope(spectrum)
    frames = len(log_envelope)
    of = phones[np.minimum(np.arange(frames) * HOP // LABEL, len(phones) - 1)]
    hold = np.where(vowels[of], np.exp(rng.uniform(0.2, LONGEST)), 1.0)
    ends = np.cumsum(hold)
    source = np.minimum(np.searchsorted(ends, np.arange(int(ends[-1]))), frames - 1)
    n = len(source) * HOP
    power = np.abs(spectrum) ** 2
    voiced = power[:, 3:40].sum(1) > 0.5 * power[:, 3:].sum(1)
    on = np.repeat(np.convolve(voiced[source], np.ones(3) / 3, "same"), HOP)
    excitation = pulses(n, rng) * on + rng.standard_normal(n) * (1 - on)
    driven = spectra(excitation)[: len(source)]
    driven /= np.sqrt(np.mean(np.abs(driven) ** 2))
    made = sounded(driven * np.exp(log_envelope[source]), n)
    at = np.minimum(np.arange(n // LABEL) * LABEL // HOP, len(source) - 1)
    return made, of[source[at]]


def held(sound: np.ndarray, phones: np.ndarray, vowels: np.ndarray,
         rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """The speaker's own voice, some vowels held up to HELD_MOST seconds; as `sung`."""
    edges = np.flatnonzero(np.diff(phones)) + 1
    sounds, labels = [], []
    for run in np.split(np.arange(len(phones)), edges):
        piece, label = sound[run[0] * LABEL : (run[-1] + 1) * LABEL], phones[run]
        if vowels[label[0]] and len(run) >= HELD_LEAST and rng.random() < HELD_SHARE:
            middle = slice(len(piece) // 4, len(piece) * 3 // 4)  # its steady half
            seconds = np.exp(rng.uniform(np.log(0.4), np.log(HELD_MOST)))
            longer = stretched(piece[middle], seconds * HZ / (middle.stop - middle.start))
            piece = np.concatenate([piece[: middle.start], longer, piece[middle.stop :]])
            piece = piece[: len(piece) // LABEL * LABEL]
            label = np.full(len(piece) // LABEL, label[0])
        sounds.append(piece)
        labels.append(label)
    return np.concatenate(sounds), np.concatenate(labels)


def pulses(n: int, rng: np.random.Generator) -> np.ndarray:
    """(n,) a pulse train of power about 1 that sings notes."""
    t, at = np.arange(n) / HZ, 0
    root, hz = 110 * 2 ** (rng.integers(0, 25) / 12), np.empty(n)
    while at < n:
        length = int(rng.uniform(0.2, 1.2) * HZ)
        hz[at : at + length] = root * 2 ** (rng.choice([0, 2, 4, 5, 7, 9, 12]) / 12)
        at += length
    glide = np.ones(800) / 800
    hz = np.convolve(np.pad(hz, 800, mode="edge"), glide, "same")[800:-800]
    hz *= 1 + rng.uniform(0, 0.03) * np.sin(2 * np.pi * rng.uniform(4.5, 6.5) * t)
    beats = np.floor(np.cumsum(hz) / HZ)
    return np.diff(beats, prepend=0) * np.sqrt(HZ / hz)
