#!/usr/bin/env python3
"""Tells the types of files with Pareto, from their first and last bytes.

All files are sent in one query, which names a task and an objective instead of a model. The answer names the variant that Pareto
selected.
"""

import argparse
from pathlib import Path

import numpy as np
import tritonclient.grpc as triton
from tritonclient.utils import InferenceServerException

from features import LABELS, features


def identify(options: argparse.Namespace, objective: dict[str, float]) -> None:
    inputs = np.stack([features(path.read_bytes()) for path in options.files])
    given = triton.InferInput("bytes", list(inputs.shape), "INT32")
    given.set_data_from_numpy(inputs)
    with triton.InferenceServerClient(options.router) as client:
        result = client.infer("file-types", [given], parameters=objective)
    for path, scores in zip(options.files, result.as_numpy("target_label")):
        best = int(scores.argmax())
        print(f"{path}: {LABELS[best]} ({scores[best]:.0%})")
    parameters = result.get_response().parameters
    print(f"\n{parameters['pareto_variant'].string_param}, right {parameters['pareto_accuracy'].double_param:.1%} of the time")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--router", default="127.0.0.1:8001", help="host:port (default: %(default)s)")
    parser.add_argument("--latency-ms", type=float, help="maximum latency")
    parser.add_argument("--min-accuracy", type=float, help="minimum share of right answers, from 0 to 1")
    options = parser.parse_args()
    wanted = {"latency_ms": options.latency_ms, "min_accuracy": options.min_accuracy}
    try:
        identify(options, {name: value for name, value in wanted.items() if value is not None})
    except InferenceServerException as error:
        raise SystemExit(f"refused: {error.message()}") from None


if __name__ == "__main__":
    main()
