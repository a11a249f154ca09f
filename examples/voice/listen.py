#!/usr/bin/env python3
"""Detects speech in audio with Pareto, window by window, as from a microphone.

The model is stateful: it returns its state with each answer, and needs it with the next window. The client keeps the state, so that
Pareto can serve any number of audio streams. Only the variant that returned a state can interpret it: the first query names the task,
and the others name the variant that Pareto selected.
"""

import argparse
import queue
from pathlib import Path
from typing import Callable

import numpy as np
import tritonclient.grpc as triton
from tritonclient.utils import InferenceServerException

from audio import RATE, STATE_SHAPE, THRESHOLD, read_sound, speech_intervals, windows_of

Infer = Callable[..., triton.InferResult]


def tensor(name: str, values: np.ndarray, datatype: str) -> triton.InferInput:
    tensor_input = triton.InferInput(name, list(values.shape), datatype)
    tensor_input.set_data_from_numpy(values)
    return tensor_input


def listen(infer: Infer, sound: np.ndarray, objective: dict[str, float]) -> tuple[np.ndarray, str]:
    """Returns the probability of speech in each window, and the variant."""
    target, state, probabilities = "voice", np.zeros(STATE_SHAPE, np.float32), []
    rate = tensor("sr", np.array(RATE, np.int64), "INT64")
    for window in windows_of(sound):
        inputs = [tensor("input", window[None], "FP32"), tensor("state", state, "FP32"), rate]
        result = infer(model_name=target, inputs=inputs, parameters=objective)
        target = result.get_response().parameters["pareto_variant"].string_param
        state = result.as_numpy("stateN")
        probabilities.append(result.as_numpy("output").item())
    return np.array(probabilities), target


def streaming(client: triton.InferenceServerClient) -> Infer:
    """Opens a stream, and returns a function that sends each request over it."""
    answers: queue.Queue = queue.Queue()
    client.start_stream(lambda result, error: answers.put((result, error)))

    def infer(**request: object) -> triton.InferResult:
        client.async_stream_infer(**request)
        result, error = answers.get()
        if error is not None:
            raise error
        return result

    return infer


def run(options: argparse.Namespace, objective: dict[str, float]) -> None:
    with triton.InferenceServerClient(options.router) as client:
        infer = streaming(client) if options.stream else client.infer
        probabilities, variant = listen(infer, read_sound(options.sound), objective)
        for start, end in speech_intervals(probabilities >= THRESHOLD):
            print(f"{start:.2f} {end:.2f}")
        print(f"\n{len(probabilities)} windows, {variant}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sound", type=Path, nargs="?", default=Path(__file__).with_name("speech.wav"))
    parser.add_argument("--router", default="127.0.0.1:8001", help="host:port (default: %(default)s)")
    parser.add_argument("--latency-ms", type=float, help="maximum latency of each window")
    parser.add_argument("--min-accuracy", type=float, help="minimum accuracy of the detector, from 0 to 1")
    parser.add_argument("--stream", action="store_true", help="use one stream instead of a call for each window")
    options = parser.parse_args()
    objective = {"latency_ms": options.latency_ms, "min_accuracy": options.min_accuracy}
    try:
        run(options, {name: value for name, value in objective.items() if value is not None})
    except InferenceServerException as error:
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    main()
