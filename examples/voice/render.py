#!/usr/bin/env python3
"""Renders speech with a synthesizer, so that its intervals are known: the validation set of the task, and an example.

Writes voice.npz, speech.wav and speech.txt. Requires espeak-ng (a Debian package) and the trained model, since the validation set
contains the model's state before each window. The validation set and the example use different sentences and voices.
"""

import argparse
import subprocess
import tempfile
import wave
from pathlib import Path

import numpy as np
import onnxruntime

from audio import RATE, SECONDS, STATE_SHAPE, WINDOW, read_sound, speech_intervals, windows_of

HERE = Path(__file__).parent

EXAMPLE = [("en-us", 150, "the quick brown fox jumps"), ("en-gb+f3", 160, "over the lazy dog")]
VALIDATION = [
    ("en-us+m3", 150, "batches wait until the latest start", 0.5),
    ("en-gb+f2", 170, "models are loaded, warmed and drained", 0.25),
    ("de+m1", 150, "guten Morgen, wie geht es Ihnen heute", 0.5),
    ("fr+f4", 160, "il fait beau, le soleil brille", 0.12),
    ("es+m2", 165, "la casa tiene siete ventanas azules", 0.35),
    ("en-us+f1", 140, "accuracy, latency and cost", 0.06),
]
VALIDATION_WINDOWS = 100


def say(voice: str, speed: int, text: str) -> np.ndarray:
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        subprocess.run(["espeak-ng", "-v", voice, "-s", str(speed), "-w", file.name, text], check=True)
        with wave.open(file.name) as sound:
            rate = sound.getframerate()
            spoken = np.frombuffer(sound.readframes(sound.getnframes()), "<i2") / 32_768
    return resampled(spoken, rate)


def resampled(sound: np.ndarray, rate: int) -> np.ndarray:
    """Resamples to 16,000 Hz in the frequency domain, without the frequencies above 8,000 Hz."""
    length = round(len(sound) * RATE / rate)
    bins = np.fft.rfft(sound)[: length // 2 + 1]
    return np.fft.irfft(bins, length) * length / len(sound)


def between_silence(spoken: list[np.ndarray], seconds: float, noise: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Returns the audio, and for each window whether it contains speech: loud audio, or a short pause within it."""
    silence = np.zeros(round(seconds * RATE))
    clean = np.concatenate([silence, *(part for sentence in spoken for part in (sentence, silence))])
    loud = np.array([np.sqrt(np.mean(window[-WINDOW:] ** 2)) > 0.02 * np.abs(clean).max() for window in windows_of(clean)])
    starts = np.arange(len(loud)) * SECONDS
    within = np.any([(starts >= start) & (starts < end) for start, end in speech_intervals(loud)], axis=0)
    sound = (clean + noise * rng.standard_normal(len(clean))).astype(np.float32)
    return np.round(np.clip(sound, -1, 1) * 32_767) / np.float32(32_768), within


def write_example(rng: np.random.Generator) -> None:
    sound, within = between_silence([0.5 * say(*sentence) for sentence in EXAMPLE], 0.7, 0.002, rng)
    with wave.open(str(HERE / "speech.wav"), "wb") as file:
        file.setnchannels(1), file.setsampwidth(2), file.setframerate(RATE)
        file.writeframes(np.round(sound * 32_768).astype("<i2").tobytes())
    lines = [f"{start:.2f} {end:.2f} {text}\n" for (start, end), (_, _, text) in zip(speech_intervals(within), EXAMPLE, strict=True)]
    (HERE / "speech.txt").write_text("".join(lines))


def validation_set(session: onnxruntime.InferenceSession, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Returns windows with the state before them, without the ambiguous ones at the start and end of speech."""
    inputs, states, labels = [], [], []
    for voice, speed, text, loudness in VALIDATION:
        sound, within = between_silence([loudness * say(voice, speed, text)], 0.8, rng.choice([0.005, 0.02, 0.05]), rng)
        state = np.zeros(STATE_SHAPE, np.float32)
        for index, window in enumerate(windows_of(sound)):
            if len(set(within[max(0, index - 1) : index + 2])) == 1:
                inputs.append(window), states.append(state), labels.append(int(within[index]))
            _, state = session.run(None, {"input": window[None], "state": state, "sr": np.array(RATE)})
            # Half precision is sufficient, and halves the size of the set.
            state = state.astype(np.float16).astype(np.float32)
    rows = np.sort(rng.permutation(len(labels))[:VALIDATION_WINDOWS])
    return {
        "input": np.stack(inputs)[rows],
        "state": np.stack(states)[rows],
        "sr": np.full(len(rows), RATE),
        "label": np.array(labels)[rows],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", type=Path, default=Path(__file__).parents[2] / ".cache/voice/package/dist/silero_vad_v5.onnx")
    options = parser.parse_args()
    rng = np.random.default_rng(1)
    write_example(rng)
    session = onnxruntime.InferenceSession(str(options.model))
    np.savez_compressed(HERE / "voice.npz", **validation_set(session, rng))


if __name__ == "__main__":
    main()
