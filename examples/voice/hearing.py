"""What stands before and after a detector of speech (silero, version 5): sound to windows, answers to stretches of speech."""

import wave
from pathlib import Path

import numpy as np

RATE = 16_000
# 32 ms, and what the model is given of the window before it.
WINDOW = 512
CONTEXT = 64
SECONDS = WINDOW / RATE
STATE_SHAPE = (2, 1, 128)
# From here on an answer says speech. Shorter pauses are part of it.
THRESHOLD = 0.5
PAUSE = 0.25


def read_sound(path: Path) -> np.ndarray:
    """float32 in [-1, 1), one channel of 16,000 samples a second."""
    with wave.open(str(path)) as sound:
        form = (sound.getnchannels(), sound.getframerate(), sound.getsampwidth())
        if form != (1, RATE, 2):
            raise SystemExit(f"{path}: expected one channel, {RATE} Hz, 16 bits; got channels, Hz and bytes {form}")
        return np.frombuffer(sound.readframes(sound.getnframes()), "<i2").astype(np.float32) / 32_768


def windows_of(sound: np.ndarray) -> np.ndarray:
    """float32 [windows, 576]: each with the end of the one before it in front; silence before the first."""
    padded = np.concatenate([np.zeros(CONTEXT, np.float32), sound])
    return np.stack([padded[at : at + CONTEXT + WINDOW] for at in range(0, len(sound) - WINDOW + 1, WINDOW)])


def stretches(is_speech: np.ndarray) -> list[tuple[float, float]]:
    """Start and end, in seconds, of what is speech window by window."""
    places = np.flatnonzero(is_speech)
    if len(places) == 0:
        return []
    runs = np.split(places, np.flatnonzero(np.diff(places) * SECONDS > PAUSE) + 1)
    return [(float(run[0]) * SECONDS, float(run[-1] + 1) * SECONDS) for run in runs]
