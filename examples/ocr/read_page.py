#!/usr/bin/env python3
"""Reads a page with two tasks of Pareto: a detector finds the lines, and a reader reads each.

The calls name a task and an objective instead of a model. The answers name the variants that Pareto selected.
"""

import argparse
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import tritonclient.grpc as triton
from PIL import Image
from tritonclient.utils import InferenceServerException

from reading import CHARACTERS, boxes_of, detector_input, read_characters, reader_input, text_of

# Number of lines that are read in parallel.
MAX_PARALLEL = 8


class Task:
    """A task of Pareto with one input tensor and one output tensor."""

    def __init__(self, client: triton.InferenceServerClient, name: str, objective: dict[str, float]) -> None:
        metadata = client.get_model_metadata(name)
        self.input, self.output = metadata.inputs[0].name, metadata.outputs[0].name
        self.client, self.name, self.objective = client, name, objective
        self.variants: dict[str, str] = {}

    def infer(self, tensor: np.ndarray) -> np.ndarray:
        tensor_input = triton.InferInput(self.input, list(tensor.shape), "FP32")
        tensor_input.set_data_from_numpy(tensor)
        result = self.client.infer(self.name, [tensor_input], parameters=self.objective)
        parameters = result.get_response().parameters
        self.variants[parameters["pareto_variant"].string_param] = f"{parameters['pareto_accuracy'].double_param:.2%}"
        return result.as_numpy(self.output)

    def __str__(self) -> str:
        return f"{self.name}: " + ", ".join(f"{variant} ({accuracy})" for variant, accuracy in self.variants.items())


def objective_of(latency_ms: float | None, min_accuracy: float | None) -> dict[str, float]:
    """Returns the parameters of a call. Without any, the task's default objective applies."""
    objective = {"latency_ms": latency_ms, "min_accuracy": min_accuracy}
    return {name: value for name, value in objective.items() if value is not None}


def read(options: argparse.Namespace) -> None:
    image, characters = Image.open(options.page).convert("RGB"), read_characters(options.characters)
    with triton.InferenceServerClient(options.router) as client:
        finder = Task(client, "ocr-boxes", objective_of(options.latency_ms, options.find_accuracy))
        reader = Task(client, "ocr-text", objective_of(options.latency_ms, options.read_accuracy))
        boxes = boxes_of(finder.infer(detector_input(image))[0, 0], image.size)
        with ThreadPoolExecutor(MAX_PARALLEL) as pool:
            lines = pool.map(lambda box: text_of(reader.infer(reader_input(image.crop(box)))[0], characters), boxes)
            for box, line in zip(boxes, lines):
                print(*box, line)
        print(f"\n{finder}\n{reader}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("page", type=Path, nargs="?", default=Path(__file__).with_name("page.png"))
    parser.add_argument("--router", default="127.0.0.1:8001", help="host:port (default: %(default)s)")
    parser.add_argument("--characters", type=Path, default=CHARACTERS, help="file with the characters of the reader, one per line")
    parser.add_argument("--latency-ms", type=float, help="maximum latency of each call")
    parser.add_argument("--find-accuracy", type=float, help="minimum accuracy of the detector, from 0 to 1")
    parser.add_argument("--read-accuracy", type=float, help="minimum accuracy of the reader, from 0 to 1")
    try:
        read(parser.parse_args())
    except InferenceServerException as error:
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    main()
