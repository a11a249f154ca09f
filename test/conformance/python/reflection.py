"""Plain grpcio with reflection: no generated code, and no client library of any server."""

import struct
import time

import grpc
from checks import argument, check, run, same
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

OPTIONS = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
PROTOCOL = "inference.GRPCInferenceService"


class Reflected:
    """Provides the calls of a server's services by name."""

    def __init__(self, address, options=()):
        self.channel = grpc.insecure_channel(address, options=[*OPTIONS, *options])
        self.database = ProtoReflectionDescriptorDatabase(self.channel)
        self.pool = DescriptorPool(self.database)

    def methods(self, service):
        return [method.name for method in self.pool.FindServiceByName(service).methods]

    def message(self, rpc, service=PROTOCOL, **fields):
        return GetMessageClass(self.pool.FindServiceByName(service).FindMethodByName(rpc).input_type)(**fields)

    def method(self, rpc, service=PROTOCOL):
        found = self.pool.FindServiceByName(service).FindMethodByName(rpc)
        sides = {(False, False): "unary_unary", (False, True): "unary_stream", (True, True): "stream_stream"}
        return getattr(self.channel, sides[found.client_streaming, found.server_streaming])(
            f"/{service}/{rpc}",
            request_serializer=GetMessageClass(found.input_type).SerializeToString,
            response_deserializer=GetMessageClass(found.output_type).FromString,
        )

    def call(self, rpc, service=PROTOCOL, timeout=30, metadata=(), **fields):
        return self.method(rpc, service)(self.message(rpc, service, **fields), timeout=timeout, metadata=metadata)


def infer(numbers, model="id-fp32", name="x", **more):
    tensor = {"name": name, "datatype": "FP32", "shape": [1, len(numbers)]}
    return {"model_name": model, "inputs": [tensor], "raw_input_contents": [raw(numbers)], **more}


def raw(numbers):
    return struct.pack(f"<{len(numbers)}f", *numbers)


def status_of(call):
    try:
        call()
    except grpc.RpcError as error:
        return error.code().name, error.details()
    return "OK", ""


@check("lists its services")
def _(server):
    services = set(server.database.get_services())
    assert {PROTOCOL, "pareto.v1.Inference", "grpc.health.v1.Health"} <= services, services


@check("declares every call of the protocol")
def _(server):
    given = {
        "ModelReady": {"name": "id-fp32"},
        "ModelMetadata": {"name": "id-fp32"},
        "ModelConfig": {"name": "id-fp32"},
        "ModelStatistics": {"name": "id-fp32"},
        "ModelInfer": infer([1, 2, 3, 4]),
        "RepositoryModelLoad": {"model_name": "id-fp32"},
        "RepositoryModelUnload": {"model_name": "unicode"},
    }
    without = {f"{kind}SharedMemoryRegister" for kind in ("System", "Cuda")}
    names = [name for name in server.methods(PROTOCOL) if name != "ModelStreamInfer"]
    same(len(names), 19)
    for name in names:
        status, message = status_of(lambda name=name: server.call(name, **given.get(name, {})))
        same((name, status), (name, "UNIMPLEMENTED" if name in without else "OK"))
        assert (message == "") == (status == "OK"), (name, message)


@check("returns typed contents for typed ones, raw for raw ones")
def _(server):
    tensor = {"name": "x", "datatype": "FP32", "shape": [1, 4], "contents": {"fp32_contents": [1, 2, 3, 4]}}
    reply = server.call("ModelInfer", model_name="id-fp32", inputs=[tensor])
    same(list(reply.outputs[0].contents.fp32_contents), [1, 2, 3, 4])
    same(len(reply.raw_output_contents), 0)
    reply = server.call("ModelInfer", **infer([1, 2, 3, 4]))
    same(list(reply.raw_output_contents), [raw([1, 2, 3, 4])])
    assert not reply.outputs[0].HasField("contents")


@check("the model-less call of Pareto's own interface")
def _(server):
    tensor = {"name": "x", "datatype": "FP32", "shape": [1, 4], "contents": raw([1, 2, 3, 4])}
    reply = server.call("Infer", "pareto.v1.Inference", target="id-fp32", inputs=[tensor], id="mine")
    same((reply.id, reply.variant, reply.outputs[0].contents), ("mine", "id-fp32:original", tensor["contents"]))
    same(server.call("Explain", "pareto.v1.Inference", decision_id=reply.decision_id).target, "id-fp32")
    assert server.call("WhatIf", "pareto.v1.Inference", target="id-fp32")


@check("health: Check and Watch")
def _(server):
    service = "grpc.health.v1.Health"
    same(server.call("Check", service).status, 1)
    watch = server.method("Watch", service)(server.message("Watch", service), timeout=30)
    same(next(watch).status, 1)
    watch.cancel()


@check("returns a status and the expected value for invalid input")
def _(server):
    wrong = [
        (infer([1, 2, 3, 4], name="q"), "INVALID_ARGUMENT", "'q'"),
        (infer([1, 2, 3]), "INVALID_ARGUMENT", "4"),
        (infer([1, 2, 3, 4], model="nope"), "NOT_FOUND", "nope"),
        (infer([1, 2, 3, 4], model_version="9"), "NOT_FOUND", "9"),
        (infer([1, 2, 3, 4], outputs=[{"name": "z"}]), "INVALID_ARGUMENT", "'z'"),
        (infer([]), "INVALID_ARGUMENT", "'x'"),
    ]
    for request, expected, needle in wrong:
        status, message = status_of(lambda request=request: server.call("ModelInfer", **request))
        same(status, expected)
        assert needle in message, message
    status, message = status_of(lambda: server.channel.unary_unary(f"/{PROTOCOL}/Nothing")(b"", timeout=10))
    same(status, "UNIMPLEMENTED")
    garbage = server.channel.unary_unary(f"/{PROTOCOL}/ModelInfer")
    status, message = status_of(lambda: garbage(b"\xff\xff\xff", timeout=10))
    assert status in ("INVALID_ARGUMENT", "INTERNAL"), (status, message)


@check("ends calls at an expired and at a short deadline")
def _(server):
    for seconds in (0, 1e-6):
        status, _ = status_of(lambda seconds=seconds: server.call("ModelInfer", timeout=seconds, **infer([1, 2, 3, 4])))
        # The router may say that nothing can meet 1 ms, before the client's own timer ends the call.
        assert status in ("DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED"), status
    server.call("ModelInfer", **infer([1, 2, 3, 4]))


@check("ends cancelled calls, and answers the next one")
def _(server):
    request = server.message("ModelInfer", **infer([0] * 2**20, model="nobatch"))
    codes = []
    # A busy machine may answer before this process cancels.
    while codes.count(grpc.StatusCode.CANCELLED) < 8 and len(codes) < 80:
        asked = server.method("ModelInfer").future(request, timeout=30)
        asked.cancel()
        codes.append(asked.code())
    same(set(codes) - {grpc.StatusCode.OK}, {grpc.StatusCode.CANCELLED})
    same(codes.count(grpc.StatusCode.CANCELLED), 8)
    server.call("ModelInfer", **infer([1, 2, 3, 4]))


@check("echoes more than 4 MB, raw and typed")
def _(server):
    numbers = [float(number) for number in range(5 * 2**18)]
    # A busy machine takes longer than the latency objective of the task.
    patient = {"metadata": [("x-pareto-latency-ms", "30000")]}
    reply = server.call("ModelInfer", **patient, **infer(numbers, model="nobatch"))
    same(reply.raw_output_contents[0], raw(numbers))
    tensor = {"name": "x", "datatype": "FP32", "shape": [1, len(numbers)], "contents": {"fp32_contents": numbers}}
    reply = server.call("ModelInfer", **patient, model_name="nobatch", inputs=[tensor])
    same(reply.outputs[0].contents.fp32_contents == numbers, True)


@check("answers 64 parallel requests on one connection with their own data and ids")
def _(server):
    method = server.method("ModelInfer")
    requests = [server.message("ModelInfer", **infer([number] * 4, id=str(number))) for number in range(64)]
    replies = [asked.result() for asked in [method.future(request, timeout=30) for request in requests]]
    same(
        [(reply.id, reply.raw_output_contents[0]) for reply in replies],
        [(str(number), raw([number] * 4)) for number in range(64)],
    )


@check("answers a stream of 200 requests to several models with their ids")
def _(server):
    models = ("id-fp32", "nobatch", "nope")

    def requests():
        for number in range(200):
            fields = infer([number] * 4, model=models[number % 3], id=str(number))
            yield server.message("ModelStreamInfer", **fields)

    right, wrong = {}, set()
    for message in server.method("ModelStreamInfer")(requests(), timeout=60):
        reply = message.infer_response
        if message.error_message:
            wrong.add(reply.id)
        else:
            right[reply.id] = reply.raw_output_contents[0]
    same(wrong, {str(number) for number in range(200) if number % 3 == 2})
    same(right, {str(number): raw([number] * 4) for number in range(200) if number % 3 < 2})


@check("keeps an idle connection with a ping each 300 ms")
def _(server):
    pings = [("grpc.keepalive_time_ms", 300), ("grpc.keepalive_timeout_ms", 2000)]
    always = [("grpc.keepalive_permit_without_calls", 1), ("grpc.http2.max_pings_without_data", 0)]
    idle = Reflected(argument(1), [*pings, *always])
    idle.call("ModelInfer", **infer([1, 2, 3, 4]))
    states = []
    idle.channel.subscribe(states.append)
    time.sleep(3)
    same({state.name for state in states}, {"READY"})
    idle.channel.close()


def main():
    run(Reflected(argument(1)))
