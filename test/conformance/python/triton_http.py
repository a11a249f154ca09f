"""tritonclient over HTTP, unmodified: every call, JSON and binary tensors, valid and invalid input, compression, parallel requests."""

import numpy as np
import tritonclient.http as api
from checks import argument, check, refused, run, same
from tensors import TYPES, array_of, input_of, large, strings, tensor, text

NUMBERS = [1, 2, 3, 4]


@check("is live and ready, and has metadata")
def _(client):
    assert client.is_server_live() and client.is_server_ready()
    metadata = client.get_server_metadata()
    same(metadata["name"], "pareto")
    assert "binary_tensor_data" in metadata["extensions"], metadata
    assert client.is_model_ready("id-fp32") and client.is_model_ready("id-fp32", "1")
    assert not client.is_model_ready("nope")


@check("returns metadata and config of a model")
def _(client):
    same(client.get_model_metadata("id-fp32")["inputs"], [{"name": "x", "datatype": "FP32", "shape": [-1, 4]}])
    same(client.get_model_config("id-fp32", "1")["max_batch_size"], 8)
    refused(lambda: client.get_model_metadata("nope"), "nope", status="404")
    refused(lambda: client.get_model_config("nope"), "nope", status="404")


@check("returns statistics")
def _(client):
    def count():
        return client.get_inference_statistics("id-int16")["model_stats"][0]["inference_count"]

    before = count()
    client.infer("id-int16", [tensor(api, "x", array_of(np.int16, rows=2), "INT16")])
    same(count() - before, 2)
    assert len(client.get_inference_statistics()["model_stats"]) > 1
    refused(lambda: client.get_inference_statistics("nope"), "nope", status="400")


@check("supports the repository: index, load, unload")
def _(client):
    index = {model["name"]: model["state"] for model in client.get_model_repository_index()}
    same(index["id-fp32"], "READY")
    client.unload_model("id-uint16")
    client.load_model("id-uint16")
    assert client.is_model_ready("id-uint16")
    refused(lambda: client.load_model("nope"), "nope")


@check("returns settings, and does not change them")
def _(client):
    assert client.get_trace_settings() and client.get_trace_settings("id-fp32") and client.get_log_settings()
    refused(lambda: client.update_log_settings({"log_verbose_level": 3}))
    refused(lambda: client.update_trace_settings(settings={"trace_rate": "7"}))


@check("has no shared memory regions, and accepts none")
def _(client):
    same(client.get_system_shared_memory_status(), [])
    same(client.get_cuda_shared_memory_status(), [])
    refused(lambda: client.register_system_shared_memory("a", "/a", 16))
    refused(lambda: client.register_cuda_shared_memory("a", b"aGFuZGxl", 0, 16))


@check("echoes every datatype, as binary data and as JSON")
def _(client):
    for model, (datatype, dtype) in TYPES.items():
        for binary in (True, False):
            # JSON has no half precision.
            if datatype == "FP16" and not binary:
                continue
            sent = array_of(dtype)
            values = [tensor(api, "x", sent, datatype, binary_data=binary)]
            got = client.infer(model, values, outputs=[api.InferRequestedOutput("y", binary_data=binary)])
            assert np.array_equal(got.as_numpy("y"), sent), (model, binary, got.as_numpy("y"))
    for binary in (True, False):
        values = [tensor(api, "x", strings(), "BYTES", binary_data=binary)]
        got = client.infer("id-bytes", values, outputs=[api.InferRequestedOutput("y", binary_data=binary)])
        same(text(got.as_numpy("y")), text(strings()))


@check("mixes binary and JSON inputs and outputs in a request, with ids")
def _(client):
    inputs = [
        tensor(api, "a", np.full((2, 4), 3, np.float32), "FP32", binary_data=False),
        tensor(api, "b", np.full((2, 4), 1, np.float32), "FP32", binary_data=True),
    ]
    outputs = [api.InferRequestedOutput("sum", binary_data=True), api.InferRequestedOutput("diff", binary_data=False)]
    got = client.infer("addsub", inputs, outputs=outputs, request_id="h 1", model_version="1")
    same([got.get_response()["id"], got.get_response()["model_version"]], ["h 1", "1"])
    same([got.as_numpy(name)[1, 3] for name in ("sum", "diff")], [4, 2])


@check("classifies with labels")
def _(client):
    for binary in (True, False):
        outputs = [api.InferRequestedOutput("y", binary_data=binary, class_count=2)]
        got = client.infer("labelled", input_of(api, [1, 9, 3, 4]), outputs=outputs).as_numpy("y")
        same([one.split(":")[1:] for one in text(got)], [["1", "dog"], ["3", "red fox"]])


@check("accepts an objective as parameters and as headers")
def _(client):
    reply = client.infer("id-fp32", input_of(api, NUMBERS), parameters={"latency_ms": 5000}).get_response()
    same(reply["parameters"]["pareto_variant"], "id-fp32:original")
    client.infer("id-fp32", input_of(api, NUMBERS), headers={"x-pareto-latency-ms": "5000"})
    wrong = {"latency_ms": "soon"}
    refused(lambda: client.infer("id-fp32", input_of(api, NUMBERS), parameters=wrong), "latency_ms", status="400")


@check("accepts compressed requests and compresses answers")
def _(client):
    for algorithm in ("gzip", "deflate"):
        got = client.infer(
            "id-fp32",
            input_of(api, NUMBERS),
            request_compression_algorithm=algorithm,
            response_compression_algorithm=algorithm,
            priority=1,
            timeout=5_000_000,
        )
        same(got.as_numpy("y").flatten().tolist(), NUMBERS)


@check("names invalid input and the expected value")
def _(client):
    for binary in (True, False):
        wrong = [
            (tensor(api, "q", np.zeros((1, 4), np.float32), "FP32", binary_data=binary), ("'q'", "'x'")),
            (tensor(api, "x", np.zeros((1, 5), np.float32), "FP32", binary_data=binary), ("'x'", "4", "5")),
            (tensor(api, "x", np.zeros((9, 4), np.float32), "FP32", binary_data=binary), ("8", "9")),
            (tensor(api, "x", np.zeros((1, 4), np.int32), "INT32", binary_data=binary), ("'x'", "FP32", "INT32")),
        ]
        for values, needles in wrong:
            refused(lambda values=values: client.infer("id-fp32", [values]), *needles, status="400")
    refused(lambda: client.infer("nope", input_of(api, NUMBERS)), "nope", status="404")


@check("echoes more than 4 MB")
def _(client):
    sent = large()
    got = client.infer("nobatch", [tensor(api, "x", sent, "FP32")]).as_numpy("y")
    assert np.array_equal(got, sent)


@check("answers 64 parallel requests with their own data and ids")
def _(client):
    def ask(number):
        return client.async_infer("id-fp32", input_of(api, [number] * 4), request_id=str(number))

    answers = [asked.get_result(timeout=30) for asked in [ask(number) for number in range(64)]]
    same(
        {int(got.get_response()["id"]): got.as_numpy("y").flatten().tolist() for got in answers},
        {number: [number] * 4 for number in range(64)},
    )


def main():
    with api.InferenceServerClient(argument(2), concurrency=16) as client:
        run(client)
