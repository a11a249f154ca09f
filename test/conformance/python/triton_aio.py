"""tritonclient's asyncio clients, over gRPC and HTTP: the checks of the other two scripts, as coroutines."""

import asyncio

import numpy as np
import tritonclient.grpc.aio as over_grpc
import tritonclient.http.aio as over_http
from checks import argument, check, run, same
from tensors import input_of, large, tensor


def both(title):
    """Registers a check that is a coroutine, for both clients."""

    def add(work):
        async def one(api, address):
            async with api.InferenceServerClient(address) as client:
                await work(api, client)

        check(f"{title}, gRPC")(lambda grpc, http: asyncio.run(one(over_grpc, grpc)))
        check(f"{title}, HTTP")(lambda grpc, http: asyncio.run(one(over_http, http)))

    return add


@both("reads server and model metadata")
async def _(api, client):
    assert await client.is_server_live() and await client.is_server_ready()
    assert await client.is_model_ready("id-fp32") and not await client.is_model_ready("nope")
    as_json = {"as_json": True} if api is over_grpc else {}
    same((await client.get_server_metadata(**as_json))["name"], "pareto")
    same((await client.get_model_metadata("id-fp32", **as_json))["platform"], "onnxruntime_onnx")
    assert await client.get_model_config("id-fp32", **as_json)
    assert await client.get_inference_statistics("id-fp32", **as_json)
    assert await client.get_model_repository_index(**as_json)


@both("answers 64 parallel requests with their own data and ids")
async def _(api, client):
    async def ask(number):
        got = await client.infer("id-fp32", input_of(api, [number] * 4), request_id=str(number))
        response = got.get_response()
        return response["id"] if isinstance(response, dict) else response.id, got.as_numpy("y").flatten().tolist()

    got = await asyncio.gather(*(ask(number) for number in range(64)))
    same(dict(got), {str(number): [number] * 4 for number in range(64)})


@both("echoes more than 4 MB")
async def _(api, client):
    sent = large()
    got = (await client.infer("nobatch", [tensor(api, "x", sent, "FP32")])).as_numpy("y")
    assert np.array_equal(got, sent)


@both("rejects an invalid request, and answers a valid one")
async def _(api, client):
    try:
        await client.infer("id-fp32", [tensor(api, "q", np.zeros((1, 4), np.float32), "FP32")])
    except Exception as error:
        assert "'q'" in str(error), error
    else:
        raise AssertionError("it was answered")
    await client.infer("id-fp32", input_of(api, [1, 2, 3, 4]))


@both("ends only the call that is cancelled")
async def _(api, client):
    asked = asyncio.ensure_future(client.infer("nobatch", [tensor(api, "x", large(4), "FP32")]))
    await asyncio.sleep(0)
    asked.cancel()
    assert isinstance((await asyncio.gather(asked, return_exceptions=True))[0], asyncio.CancelledError)
    await client.infer("id-fp32", input_of(api, [1, 2, 3, 4]))


async def streams(address):
    async with over_grpc.InferenceServerClient(address) as client:

        async def requests():
            for number in range(10):
                model = "nope" if number == 3 else "id-fp32"
                yield {"model_name": model, "inputs": input_of(over_grpc, [number] * 4), "request_id": str(number)}

        got = [pair async for pair in client.stream_infer(requests())]
        right = {result.get_response().id: result.as_numpy("y")[0, 0] for result, error in got if error is None}
        same(right, {str(number): number for number in range(10) if number != 3})
        same(["nope" in str(error) for _, error in got if error is not None], [True])


check("a stream with a model that is unknown in its middle")(lambda grpc, http: asyncio.run(streams(grpc)))


def main():
    run(argument(1), argument(2))
