"""Pre- and postprocessing of a speech detector (silero, version 5): audio to windows, scores to intervals of speech."""

import wave
from pathlib import Path

import numpy as np

RATE = 16_000
# Samples of a window (32 ms), and of the preceding window that are prepended to it.
WINDOW = 512
CONTEXT = 64
SECONDS = WINDOW / RATE
STATE_SHAPE = (2, 1, 128)
# Score from which a window counts as speech, and the length in seconds up to which a pause is part of the speech.
THRESHOLD = 0.5
PAUSE = 0.25


def read_sound(path: Path) -> np.ndarray:
    """Returns float32 samples in [-1, 1) of one channel at 16,000 Hz."""
    with wave.open(str(path)) as sound:
        form = (sound.getnchannels(), sound.getframerate(), sound.getsampwidth())
        if form != (1, RATE, 2):
            raise SystemExit(f"{path}: expected one channel, {RATE} Hz, 16 bits: received (channels, Hz, bytes) {form}")
        return np.frombuffer(sound.readframes(sound.getnframes()), "<i2").astype(np.float32) / 32_768


def windows_of(sound: np.ndarray) -> np.ndarray:
    """Returns float32 [windows, 576]. Each window begins with the end of the preceding one, and the first with silence."""
    padded = np.concatenate([np.zeros(CONTEXT, np.float32), sound])
    return np.stack([padded[at : at + CONTEXT + WINDOW] for at in range(0, len(sound) - WINDOW + 1, WINDOW)])


def speech_intervals(is_speech: np.ndarray) -> list[tuple[float, float]]:
    """Returns the start and end, in seconds, of the intervals of windows with speech."""
    indices = np.flatnonzero(is_speech)
    if len(indices) == 0:
        return []
    runs = np.split(indices, np.flatnonzero(np.diff(indices) * SECONDS > PAUSE) + 1)
    return [(float(run[0]) * SECONDS, float(run[-1] + 1) * SECONDS) for run in runs]
