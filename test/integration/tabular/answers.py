"""Prints the answers of Python's ONNX Runtime to samples, and the samples, for each model in each folder, as JSON.

Maps of probabilities are printed as rows of numbers, with their keys, and lists of tensors as a tensor each. The rows of the
tables next to the first folder, which have the answers of scikit-learn, are printed as they are.
"""

import csv
import json
import sys
from pathlib import Path

import numpy as np
import onnxruntime

folders = [Path(argument) for argument in sys.argv[1:]]
# Only errors: some converters declare other shapes than the model returns.
onnxruntime.set_default_logger_severity(3)
ROWS = 12
irises = np.load(folders[0].parent / "validation.npz")["X"][:ROWS]
words = np.array(["small", "medium", "large"], dtype=object)


def samples(given, random):
    _, columns = given.shape
    if given.type == "tensor(string)":
        return random.choice(words, (ROWS, columns))
    if columns == 4:
        return irises
    return random.uniform(-2, 7, (ROWS, columns)).astype(np.float32)


def described(name, value):
    if isinstance(value, list) and isinstance(value[0], dict):
        return [{"name": name, "keys": [str(key) for key in value[0]], "rows": [list(row.values()) for row in value]}]
    if isinstance(value, list):
        return [{"name": f"{name}{at}", "rows": part.tolist()} for at, part in enumerate(value, 1)]
    return [{"name": name, "rows": value.tolist()}]


def answers(path):
    # Models of the same name have the same samples.
    random = np.random.default_rng(0)
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    inputs = {given.name: samples(given, random) for given in session.get_inputs()}
    outputs = zip(session.get_outputs(), session.run(None, inputs))
    return {
        "inputs": [one for name, value in inputs.items() for one in described(name, value)],
        "outputs": [one for output, value in outputs for one in described(output.name, value)],
    }


def rows(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def models(folder):
    # Python's ONNX Runtime runs the model of texts only on hosts with the locale en_US.
    paths = [path for path in sorted(folder.glob("*.onnx")) if path.stem != "tickets"]
    return {path.stem: answers(path) for path in paths}


tables = sorted(folders[0].parent.glob("*.csv"))
print(
    json.dumps(
        {
            "models": [models(folder) for folder in folders],
            "tables": {path.stem: rows(path) for path in tables},
        }
    )
)
