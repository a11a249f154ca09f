#!/usr/bin/env python3
"""Tells where there is speech in a sound, through Pareto, window by window, as a microphone would give them.

The model remembers: it gives its state with each answer, and takes it with the next window. Pareto keeps nothing of it, so any number
of sounds are listened to at once. A state means something only to who gave it: the task decides who answers for the first window,
and that variant is asked for the others.
"""

import argparse
import queue
from pathlib import Path
from typing import Callable

import numpy as np
import tritonclient.grpc as triton
from tritonclient.utils import InferenceServerException

from hearing import RATE, STATE_SHAPE, THRESHOLD, read_sound, stretches, windows_of

Infer = Callable[..., triton.InferResult]


def tensor(name: str, values: np.ndarray, datatype: str) -> triton.InferInput:
    given = triton.InferInput(name, list(values.shape), datatype)
    given.set_data_from_numpy(values)
    return given


def listen(infer: Infer, sound: np.ndarray, objective: dict[str, float]) -> tuple[np.ndarray, str]:
    """The chance of speech in each window, and which variant tells."""
    asked, state, chances = "voice", np.zeros(STATE_SHAPE, np.float32), []
    rate = tensor("sr", np.array(RATE, np.int64), "INT64")
    for window in windows_of(sound):
        inputs = [tensor("input", window[None], "FP32"), tensor("state", state, "FP32"), rate]
        result = infer(model_name=asked, inputs=inputs, parameters=objective)
        asked = result.get_response().parameters["pareto_variant"].string_param
        state = result.as_numpy("stateN")
        chances.append(result.as_numpy("output").item())
    return np.array(chances), asked


def streaming(client: triton.InferenceServerClient) -> Infer:
    """Each window over one stream, which is open already."""
    answers: queue.Queue = queue.Queue()
    client.start_stream(lambda result, error: answers.put((result, error)))

    def infer(**request: object) -> triton.InferResult:
        client.async_stream_infer(**request)
        result, error = answers.get()
        if error is not None:
            raise error
        return result

    return infer


def tell(options: argparse.Namespace, objective: dict[str, float]) -> None:
    with triton.InferenceServerClient(options.router) as client:
        infer = streaming(client) if options.stream else client.infer
        chances, variant = listen(infer, read_sound(options.sound), objective)
        for start, end in stretches(chances >= THRESHOLD):
            print(f"{start:.2f} {end:.2f}")
        print(f"\n{len(chances)} windows, {variant}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sound", type=Path, nargs="?", default=Path(__file__).with_name("speech.wav"))
    parser.add_argument("--router", default="127.0.0.1:8001", help="host:port (default: %(default)s)")
    parser.add_argument("--latency-ms", type=float, help="in which each window is to be answered")
    parser.add_argument("--min-accuracy", type=float, help="what the detector must reach at least, of 1")
    parser.add_argument("--stream", action="store_true", help="over one stream, in place of a call for each window")
    options = parser.parse_args()
    wanted = {"latency_ms": options.latency_ms, "min_accuracy": options.min_accuracy}
    try:
        tell(options, {name: value for name, value in wanted.items() if value is not None})
    except InferenceServerException as error:
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    main()
