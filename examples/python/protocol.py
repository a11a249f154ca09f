"""Uses an unmodified client of the Open Inference Protocol.

Usage: python examples/python/protocol.py [ROUTER]
"""

import sys

import tritonclient.grpc as triton
from digits import classes_of, images_of, parameters_of

client = triton.InferenceServerClient(sys.argv[1] if len(sys.argv) > 1 else "127.0.0.1:8001")
print(f"live {client.is_server_live()}, ready {client.is_server_ready()}")

metadata = client.get_model_metadata("digits")
print("digits takes", ", ".join(f"{each.name} {each.datatype}{list(each.shape)}" for each in metadata.inputs))
for model in client.get_model_repository_index().models:
    print(model.name, model.version, model.state)

answer = client.infer("digits", images_of([7]), request_id="example-1")
print(f"{answer.get_response().id}: {classes_of(answer)} by {parameters_of(answer)['pareto_variant']}")
