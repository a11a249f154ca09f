"""Classifies ten digits in one query, then each in its own query, all in parallel.

Usage: python examples/python/batch.py [ROUTER]
"""

import queue
import sys

import tritonclient.grpc as triton
from digits import classes_of, images_of, parameters_of

client = triton.InferenceServerClient(sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8001")
objective = {"latency_ms": 1000, "min_accuracy": "0.98"}

together = client.infer("digits", images_of(range(10)), parameters=objective)
print(f"together: {classes_of(together)} by {parameters_of(together)['pareto_variant']}")

answers = queue.Queue()
for digit in range(10):
    client.async_infer(
        "digits",
        images_of([digit]),
        lambda result, error, digit=digit: answers.put((digit, result, error)),
        parameters=objective,
    )
for digit, result, error in sorted((answers.get(timeout=60) for _ in range(10)), key=lambda each: each[0]):
    print(f"{digit}: {error or classes_of(result)}")
