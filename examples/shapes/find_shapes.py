#!/usr/bin/env python3
"""Draws a new picture, finds its shapes with Pareto, and prints the boxes next to the true ones.

The call names a task and an objective instead of a model. The answer names the variant that Pareto selected.
"""

import argparse

import numpy as np
import tritonclient.grpc as triton
from tritonclient.utils import InferenceServerException

from draw import SHAPES, picture


def iou(a: np.ndarray, b: np.ndarray) -> float:
    """Returns the intersection over union of two boxes."""
    sides = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
    common = float(np.prod(sides.clip(0)))
    return common / float(np.prod(a[2:] - a[:2]) + np.prod(b[2:] - b[:2]) - common)


def describe(box: np.ndarray) -> str:
    return " ".join(f"{edge:5.1f}" for edge in box)


def find(options: argparse.Namespace, objective: dict[str, float]) -> None:
    image, truth = picture(np.random.default_rng(options.seed))
    given = triton.InferInput("image", [1, *image.shape], "UINT8")
    given.set_data_from_numpy(image[None])
    with triton.InferenceServerClient(options.router) as client:
        result = client.infer("shapes", [given], parameters=objective)
    for shape, box, true, score in zip(SHAPES, result.as_numpy("boxes")[0], truth, result.as_numpy("scores")[0]):
        print(f"{shape:<8}  {describe(box)}  drawn at {describe(true)}  IoU {iou(box, true):.2f}  score {score:.2f}")
    parameters = result.get_response().parameters
    print(f"\n{parameters['pareto_variant'].string_param}, mean IoU {parameters['pareto_accuracy'].double_param:.1%}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=7, help="number of the picture (default: %(default)s)")
    parser.add_argument("--router", default="127.0.0.1:8001", help="host:port (default: %(default)s)")
    parser.add_argument("--latency-ms", type=float, help="maximum latency")
    parser.add_argument("--min-accuracy", type=float, help="minimum mean IoU, from 0 to 1")
    options = parser.parse_args()
    wanted = {"latency_ms": options.latency_ms, "min_accuracy": options.min_accuracy}
    try:
        find(options, {name: value for name, value in wanted.items() if value is not None})
    except InferenceServerException as error:
        raise SystemExit(f"refused: {error.message()}") from None


if __name__ == "__main__":
    main()
