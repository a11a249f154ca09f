"""States objectives, for which Pareto selects variants.

Usage: python examples/python/model_less.py [ROUTER]
"""

import sys

import tritonclient.grpc as triton
from digits import classes_of, images_of, parameters_of
from tritonclient.utils import InferenceServerException

client = triton.InferenceServerClient(sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8001")
image = images_of([7])

# `digits` is a task. Without parameters, its default objective applies.
for objective in [{}, {"latency_ms": 100}, {"latency_ms": 100, "min_accuracy": "0.98"}]:
    answer = client.infer("digits", image, parameters=objective)
    parameters = parameters_of(answer)
    print(f"{objective} → {classes_of(answer)} by {parameters['pareto_variant']}, right {parameters['pareto_accuracy']:.2%} of the time")

# An infeasible objective is refused. The error names the nearest feasible one.
try:
    client.infer("digits", image, parameters={"latency_ms": 100, "min_accuracy": "1"})
except InferenceServerException as refusal:
    print(refusal)
