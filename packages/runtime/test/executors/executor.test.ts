import assert from 'node:assert/strict';
import { milliseconds, type DataType } from '@pareto/core';
import { createHurriedClock, hungryModel, loopModel, matrixModel, writeModel } from '@pareto/testkit';
import { createExecutorPool, type TensorInput } from '../../src/index.js';
import { fixture, floats, floatsOf, load, pool, runFloats, saveModel } from '../support/harness.js';

const endless = 1e18;

describe('executor', function () {
  this.timeout(60_000);

  it('reports the version of the runtime, and the inputs of the model', async () => {
    const runtime = await pool.runtime();
    assert.match(runtime.version, /^1\.\d+/);
    assert.ok(runtime.providers.includes('cpu'));
    await using executor = await load(fixture('addsub'));
    assert.deepEqual(
      executor.inputs.map(({ name }) => name),
      ['a', 'b'],
    );
    assert.equal(executor.providerUsed, 'cpu');
    assert.ok(executor.loadMs > 0);
  });

  /** Data types with their number in ONNX and the bytes of four elements. */
  const identities: readonly (readonly [DataType, number, Uint8Array])[] = [
    ['BOOL', 9, Uint8Array.of(1, 0, 1, 1)],
    ['UINT8', 2, Uint8Array.of(0, 1, 128, 255)],
    ['INT8', 3, new Uint8Array(Int8Array.of(-128, -1, 0, 127).buffer)],
    ['INT16', 5, new Uint8Array(Int16Array.of(-32768, -1, 0, 32767).buffer)],
    ['INT32', 6, new Uint8Array(Int32Array.of(-(2 ** 31), -1, 0, 2 ** 31 - 1).buffer)],
    ['INT64', 7, new Uint8Array(BigInt64Array.of(-(2n ** 63n), -1n, 2n ** 53n + 1n, 2n ** 63n - 1n).buffer)],
    ['UINT64', 13, new Uint8Array(BigUint64Array.of(0n, 1n, 2n ** 63n, 2n ** 64n - 1n).buffer)],
    ['FP16', 10, Uint8Array.of(0, 0x3c, 0, 0xbc, 1, 0, 0, 0x7c)],
    ['FP32', 1, floats(0.1, -0, Number.NaN, Number.POSITIVE_INFINITY)],
    ['FP64', 11, new Uint8Array(Float64Array.of(0.1, -0, Number.MAX_VALUE, 5e-324).buffer)],
    ['BYTES', 8, Buffer.from('\x01\0\0\0a\0\0\0\0\x02\0\0\0ü\x03\0\0\0xyz', 'utf8')],
    ['BYTES', 8, Buffer.from('\x02\0\0\0\xff\xc3\x03\0\0\0a\0b\x04\0\0\0\xf4\x8f\xba\x80\x01\0\0\0\0', 'latin1')],
  ];
  it('returns every data type unchanged, from slices, in one run', async () => {
    const named = identities.map(([datatype, type, raw], at) => ({ datatype, type, raw, x: `x${at}`, y: `y${at}` }));
    const model = writeModel({
      nodes: named.map(({ x, y }) => ({ op: 'Identity', inputs: [x], outputs: [y] })),
      inputs: named.map(({ x, type }) => ({ name: x, type, dims: ['batch', 4] })),
      outputs: named.map(({ y, type }) => ({ name: y, type, dims: ['batch', 4] })),
    });
    await using executor = await load(await saveModel('identities', model));
    const inputs = named.map(({ x, datatype, raw }): TensorInput => ({
      ...{ name: x, datatype, shape: [1, 4] },
      data: [raw.subarray(0, 3), raw.subarray(3)],
    }));
    const outcome = await executor.run({ inputs, outputs: named.map(({ y }) => y), expectedMs: undefined });
    assert.equal(outcome.kind, 'done', JSON.stringify(outcome));
    assert.deepEqual(
      outcome.outputs.map(({ data, ...header }) => ({ ...header, raw: new Uint8Array(data) })),
      named.map(({ y, datatype, raw }) => ({ name: y, datatype, shape: [1, 4], raw: new Uint8Array(raw) })),
    );
  });

  it('runs several batches in flight, in order', async () => {
    await using executor = await load(fixture('id-fp32'));
    const run = (value: number) =>
      executor.run({
        inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 4], data: [floats(value, value, value, value)] }],
        outputs: [],
        expectedMs: undefined,
      });
    const outcomes = await Promise.all([1, 2, 3, 4].map(run));
    assert.deepEqual(
      outcomes.map((outcome) => floatsOf(outcome)[0]),
      [1, 2, 3, 4],
    );
  });

  it('fails a run with the reason, and keeps running', async () => {
    await using executor = await load(fixture('addsub'));
    const outcome = await runFloats(executor, [1]);
    assert.equal(outcome.kind, 'failed');
    assert.match(outcome.message, /a|feed|input/i);
    const input = (name: string): TensorInput => ({
      name,
      datatype: 'FP32',
      shape: [1, 4],
      data: [floats(1, 2, 3, 4)],
    });
    const good = await executor.run({ inputs: [input('a'), input('b')], outputs: ['sum'], expectedMs: undefined });
    assert.deepEqual(floatsOf(good), [2, 4, 6, 8]);
  });

  it('fails a run that is too large to send, and keeps running', async () => {
    await using executor = await load(fixture('id-uint8'));
    const part = Buffer.allocUnsafe(2 ** 28);
    const input = { name: 'x', datatype: 'UINT8', shape: [9, 2 ** 28], data: Array<Buffer>(9).fill(part) } as const;
    const outcome = await executor.run({ inputs: [input], outputs: [], expectedMs: undefined });
    assert.ok(outcome.kind === 'failed', outcome.kind);
    assert.match(outcome.message, /exceeds the limit/);
    const small = { ...input, shape: [1, 4], data: [Buffer.from([1, 2, 3, 4])] };
    assert.equal((await executor.run({ inputs: [small], outputs: [], expectedMs: undefined })).kind, 'done');
  });

  it('rejects a corrupted file, an unknown provider and a missing file with the reason', async () => {
    const corrupted = await saveModel('corrupted', Buffer.from('not a model'));
    await assert.rejects(load(corrupted), { code: 'invalid-argument', message: /can't be loaded/ });
    await assert.rejects(load('/nowhere/model.onnx'), { code: 'invalid-argument', message: /nowhere/ });
    const request = { modelPath: fixture('id-fp32'), provider: 'abacus', threads: 1, memoryLimitBytes: 1e9 };
    await assert.rejects(pool.load(request), {
      message: /^the model can't be loaded: .*abacus is not available; expected one of cpu/,
    });
    await assert.rejects(pool.load({ ...request, modelName: 'the original' }), {
      message: /^the original can't be loaded: /,
    });
  });

  it('is killed when a run hangs, with the reason', async () => {
    await using hasty = createExecutorPool({ size: 0, clock: createHurriedClock([5_000, 250]) });
    const modelPath = await saveModel('loop', loopModel());
    const executor = await hasty.load({ modelPath, provider: 'cpu', threads: 1, memoryLimitBytes: 2 ** 30 });
    assert.deepEqual(floatsOf(await runFloats(executor, [1, 2])), [1, 2]);
    const [first, second] = await Promise.all([
      runFloats(executor, [endless], milliseconds(1)),
      runFloats(executor, [1], milliseconds(1)),
    ]);
    for (const outcome of [first, second]) {
      assert.equal(outcome.kind, 'died');
      assert.equal(outcome.death.kind, 'hung');
      assert.match(outcome.death.reason, /more than 5000 ms/);
    }
    assert.equal((await runFloats(executor, [1])).kind, 'died');
  });

  it('ends when a run exceeds its memory limit', async () => {
    await using executor = await load(await saveModel('hungry', hungryModel()), 256);
    assert.deepEqual(floatsOf(await runFloats(executor, [1000])), [1000]);
    const outcome = await runFloats(executor, [4e9]);
    assert.equal(outcome.kind, 'died');
    assert.equal(outcome.death.kind, 'out-of-memory', outcome.death.reason);
  });

  it('is rejected when the model alone exceeds the memory limit', async () => {
    const file = await saveModel('large', matrixModel(2500));
    await assert.rejects(load(file, 12), { code: 'resource-exhausted', message: /^loading failed: out of memory/ });
  });

  it('reports the signal that killed it during a run', async () => {
    await using executor = await load(await saveModel('loop', loopModel()));
    const running = runFloats(executor, [endless]);
    process.kill(executor.pid, 'SIGSEGV');
    const outcome = await running;
    assert.equal(outcome.kind, 'died');
    assert.match(outcome.death.reason, /signal SIGSEGV/);
  });

  it('ends a load that is cancelled', async () => {
    const file = await saveModel('large', matrixModel(2500));
    const controller = new AbortController();
    const loading = load(file, 1024, controller.signal);
    controller.abort();
    await assert.rejects(loading);
  });
});
