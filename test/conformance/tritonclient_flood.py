"""Sends requests through an unmodified tritonclient, a fixed number in flight, and accounts for each reply.

usage: tritonclient_flood.py ADDRESS MODEL NPZ REQUESTS IN_FLIGHT
Prints one JSON object: what was sent, answered, right, and the errors by message.
"""

import json
import sys
import threading
import time
from collections import Counter

import numpy as np
import tritonclient.grpc as triton

SAMPLES = 200


def request_input(image):
    tensor = triton.InferInput("image", list(image.shape), "FP32")
    tensor.set_data_from_numpy(image)
    return [tensor]


def main(address, model, npz, requests, in_flight):
    images = np.load(npz)["image"][:SAMPLES]
    client = triton.InferenceServerClient(address)
    assert client.is_server_live() and client.is_server_ready() and client.is_model_ready(model)
    metadata = client.get_model_metadata(model)
    assert [tensor.name for tensor in metadata.inputs] == ["image"], metadata

    def classes(result):
        return result.as_numpy("logits").argmax(axis=1).tolist()

    expected = [classes(client.infer(model, request_input(images[i : i + 1]))) for i in range(len(images))]

    room = threading.Semaphore(in_flight)
    lock = threading.Lock()
    counts = Counter()
    errors = Counter()
    variants = Counter()

    def on_reply(index, result, error):
        with lock:
            if error is not None:
                errors[str(error)] += 1
            else:
                counts["answered"] += 1
                response = result.get_response()
                variants[response.parameters["pareto_variant"].string_param] += 1
                is_own = response.id == str(index) and response.model_name == model
                if is_own and classes(result) == expected[index % len(images)]:
                    counts["right"] += 1
        room.release()

    def callback_for(index):
        return lambda result, error: on_reply(index, result, error)

    inputs = [request_input(images[i : i + 1]) for i in range(len(images))]
    started = time.monotonic()
    for index in range(requests):
        room.acquire()
        client.async_infer(model, inputs[index % len(images)], callback_for(index), request_id=str(index))
    for _ in range(in_flight):
        assert room.acquire(timeout=60), "a reply never came"
    seconds = time.monotonic() - started
    print(
        json.dumps(
            {
                "sent": requests,
                "answered": counts["answered"],
                "right": counts["right"],
                "errors": errors,
                "variants": variants,
                "perSecond": round(requests / seconds),
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
