"""tritonclient over gRPC, unmodified: every call, valid and invalid input, streams, deadlines, cancellation, parallel requests."""

import queue
import threading
from functools import partial

import numpy as np
import tritonclient.grpc as api
from checks import argument, check, refused, run, same
from tensors import TYPES, array_of, input_of, large, strings, tensor, text

NUMBERS = [1, 2, 3, 4]


@check("is live and ready, and has metadata")
def _(client):
    assert client.is_server_live() and client.is_server_ready()
    metadata = client.get_server_metadata(as_json=True)
    same(metadata["name"], "pareto")
    assert "classification" in metadata["extensions"], metadata


@check("returns which models are ready")
def _(client):
    assert client.is_model_ready("id-fp32") and client.is_model_ready("id-fp32", "1")
    assert not client.is_model_ready("nope") and not client.is_model_ready("id-fp32", "99")


@check("returns equal metadata and config of a model")
def _(client):
    metadata = client.get_model_metadata("id-fp32", as_json=True)
    config = client.get_model_config("id-fp32", as_json=True)["config"]
    same(metadata["inputs"], [{"name": "x", "datatype": "FP32", "shape": ["-1", "4"]}])
    same(config["input"], [{"name": "x", "data_type": "TYPE_FP32", "dims": ["4"]}])
    same(config["max_batch_size"], 8)
    refused(lambda: client.get_model_metadata("nope"), "nope", status="NOT_FOUND")
    refused(lambda: client.get_model_config("id-fp32", "99"), "99", status="NOT_FOUND")


@check("counts requests in the statistics")
def _(client):
    def read():
        stats = client.get_inference_statistics("id-int32").model_stats[0]
        return np.array([stats.inference_count, stats.inference_stats.success.count, stats.inference_stats.queue.count])

    before = read()
    values = tensor(api, "x", array_of(np.int32, rows=3), "INT32")
    for _ in range(5):
        client.infer("id-int32", [values])
    same((read() - before).tolist(), [15, 5, 5])
    names = [stats.name for stats in client.get_inference_statistics().model_stats]
    assert "id-int32" in names and "id-fp32" in names, names


@check("supports the repository: index, load, unload")
def _(client):
    index = {model.name: model.state for model in client.get_model_repository_index().models}
    same(index["id-fp32"], "READY")
    client.unload_model("id-int8")
    client.load_model("id-int8")
    assert client.is_model_ready("id-int8")
    refused(lambda: client.load_model("nope"), "nope")
    refused(lambda: client.unload_model("nope"), "nope")


@check("returns settings, and does not change them")
def _(client):
    assert client.get_trace_settings("id-fp32", as_json=True)["settings"]
    assert client.get_log_settings(as_json=True)["settings"]
    refused(lambda: client.update_log_settings({"log_verbose_level": 3}))
    refused(lambda: client.update_trace_settings(settings={"trace_level": ["TIMESTAMPS"]}))


@check("has no shared memory regions, and accepts none")
def _(client):
    same(len(client.get_system_shared_memory_status().regions), 0)
    same(len(client.get_cuda_shared_memory_status().regions), 0)
    refused(lambda: client.register_system_shared_memory("a", "/a", 16), status="UNIMPLEMENTED")
    refused(lambda: client.register_cuda_shared_memory("a", b"aGFuZGxl", 0, 16), status="UNIMPLEMENTED")


@check("echoes every datatype")
def _(client):
    for model, (datatype, dtype) in TYPES.items():
        sent = array_of(dtype)
        got = client.infer(model, [tensor(api, "x", sent, datatype)]).as_numpy("y")
        assert got.dtype == sent.dtype and np.array_equal(got, sent), (model, got)
    got = client.infer("id-bytes", [tensor(api, "x", strings(), "BYTES")]).as_numpy("y")
    same(text(got), text(strings()))


@check("returns outputs in the requested order, and ids")
def _(client):
    inputs = [tensor(api, name, np.full((1, 4), value, np.float32), "FP32") for name, value in (("b", 1), ("a", 3))]
    outputs = [api.InferRequestedOutput(name) for name in ("sum", "diff")]
    reply = client.infer("addsub", inputs, outputs=outputs, request_id="my id")
    same(reply.get_response().id, "my id")
    same([output.name for output in reply.get_response().outputs], ["sum", "diff"])
    same([reply.as_numpy(name)[0, 0] for name in ("sum", "diff")], [4, 2])
    one = client.infer("addsub", inputs, outputs=outputs[1:])
    assert one.as_numpy("sum") is None and one.as_numpy("diff")[0, 0] == 2


@check("classifies with labels")
def _(client):
    outputs = [api.InferRequestedOutput("y", class_count=2)]
    got = client.infer("labelled", input_of(api, [1, 9, 3, 4] + [4, 3, 9, 10]), outputs=outputs).as_numpy("y")
    same(got.shape, (2, 2))
    tops = [(float(score), int(index), label) for score, index, label in (one.split(":") for one in text(got))]
    same(tops, [(9, 1, "dog"), (4, 3, "red fox"), (10, 3, "red fox"), (9, 2, "owl")])


@check("accepts an objective as parameters and as headers, and names the variant")
def _(client):
    reply = client.infer("id-fp32", input_of(api, NUMBERS), parameters={"latency_ms": 5000, "unknown": "ignored"})
    same(reply.get_response().parameters["pareto_variant"].string_param, "id-fp32:original")
    client.infer("id-fp32", input_of(api, NUMBERS), headers={"x-pareto-latency-ms": "5000"})
    wrong = {"latency_ms": "soon"}
    refused(lambda: client.infer("id-fp32", input_of(api, NUMBERS), parameters=wrong), "latency_ms", "soon")


@check("accepts priority, timeout and sequence ids")
def _(client):
    client.infer("id-fp32", input_of(api, NUMBERS), priority=1, timeout=5_000_000, sequence_id=7, sequence_start=True)


@check("accepts compressed requests")
def _(client):
    for algorithm in ("gzip", "deflate"):
        reply = client.infer("id-fp32", input_of(api, NUMBERS), compression_algorithm=algorithm)
        same(reply.as_numpy("y").flatten().tolist(), NUMBERS)


@check("names invalid input and the expected value")
def _(client):
    wrong = [
        (tensor(api, "q", np.zeros((1, 4), np.float32), "FP32"), ("'q'", "'x'")),
        (tensor(api, "x", np.zeros((1, 5), np.float32), "FP32"), ("'x'", "4", "5")),
        (tensor(api, "x", np.zeros((9, 4), np.float32), "FP32"), ("8", "9")),
        (tensor(api, "x", np.zeros((1, 4), np.int32), "INT32"), ("'x'", "FP32", "INT32")),
        (tensor(api, "x", np.zeros((4,), np.float32), "FP32"), ("'x'", "[4]")),
    ]
    for values, needles in wrong:
        refused(lambda values=values: client.infer("id-fp32", [values]), *needles, status="INVALID_ARGUMENT")
    refused(lambda: client.infer("nope", input_of(api, NUMBERS)), "nope", status="NOT_FOUND")
    refused(lambda: client.infer("id-fp32", input_of(api, NUMBERS), model_version="7"), "7", status="NOT_FOUND")
    unknown = [api.InferRequestedOutput("z")]
    refused(lambda: client.infer("id-fp32", input_of(api, NUMBERS), outputs=unknown), "'z'", "'y'")


@check("ends only the call with a short deadline")
def _(client):
    # The router may say that nothing can meet 1 ms, before the client's own timer ends the call.
    ended = ("DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED")
    refused(lambda: client.infer("id-fp32", input_of(api, NUMBERS), client_timeout=1e-6), status=ended)
    client.infer("id-fp32", input_of(api, NUMBERS), client_timeout=30)


@check("ends only the request that is cancelled")
def _(client):
    ended = queue.Queue()
    values = [tensor(api, "x", large(4), "FP32")]
    context = client.async_infer("nobatch", values, lambda result, error: ended.put(error))
    context.cancel()
    error = ended.get(timeout=30)
    assert error is not None and "ancel" in str(error), error
    client.infer("id-fp32", input_of(api, NUMBERS))


@check("echoes more than 4 MB")
def _(client):
    sent = large()
    got = client.infer("nobatch", [tensor(api, "x", sent, "FP32")]).as_numpy("y")
    assert np.array_equal(got, sent)


@check("answers 64 parallel requests with their own data and ids")
def _(client):
    answers = queue.Queue()
    for number in range(64):
        client.async_infer(
            "id-fp32",
            input_of(api, [number] * 4),
            lambda result, error: answers.put((result, error)),
            request_id=str(number),
        )
    seen = {}
    for _ in range(64):
        result, error = answers.get(timeout=30)
        assert error is None, error
        seen[int(result.get_response().id)] = result.as_numpy("y").flatten().tolist()
    same(seen, {number: [number] * 4 for number in range(64)})


@check("answers 200 requests, 16 in flight, each with its own data")
def _(client):
    room = threading.Semaphore(16)
    wrong = []

    def note(number, result, error):
        if error is not None or result.get_response().id != str(number) or result.as_numpy("y")[0, 3] != number:
            wrong.append((number, error))
        room.release()

    for number in range(200):
        room.acquire()
        values = input_of(api, [number] * 4)
        client.async_infer("id-fp32", values, partial(note, number), request_id=str(number))
    for _ in range(16):
        assert room.acquire(timeout=60), "a reply never came"
    same(wrong, [])


@check("answers 16 parallel threads with a client each")
def _(client):
    wrong = []

    def ask(number):
        with api.InferenceServerClient(argument(1)) as own:
            got = own.infer("id-fp32", input_of(api, [number] * 4), request_id=str(number))
            if got.get_response().id != str(number) or got.as_numpy("y")[0, 0] != number:
                wrong.append(number)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    same(wrong, [])


@check("continues a stream after an invalid message, and returns an error with its id")
def _(client):
    answers = queue.Queue()
    client.start_stream(lambda result, error: answers.put((result, error)))
    for number in range(20):
        name = "nothing" if number == 7 else "x"
        values = [tensor(api, name, np.full((1, 4), number, np.float32), "FP32")]
        client.async_stream_infer("id-fp32", values, request_id=str(number))
    got = [answers.get(timeout=30) for _ in range(20)]
    client.stop_stream()
    errors = [error for _, error in got if error is not None]
    same(len(errors), 1)
    assert "'nothing'" in str(errors[0]), errors
    values = {result.get_response().id: result.as_numpy("y")[0, 0] for result, error in got if error is None}
    same(values, {str(number): number for number in range(20) if number != 7})


@check("is not disturbed by a stream that is abandoned")
def _(client):
    client.start_stream(lambda result, error: None)
    for _ in range(20):
        client.async_stream_infer("id-fp32", input_of(api, NUMBERS))
    client.stop_stream(cancel_requests=True)
    client.infer("id-fp32", input_of(api, NUMBERS))


def main():
    options = api.KeepAliveOptions(keepalive_time_ms=1000, keepalive_permit_without_calls=True)
    with api.InferenceServerClient(argument(1), keepalive_options=options) as client:
        run(client)
