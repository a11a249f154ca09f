// Models that hang, crash, exhaust memory or are broken: their callers get a clear error, and other queries are not
// affected.

import assert from 'node:assert/strict';
import type { RawTensor } from '@pareto/protocol';
import { endlessModel, hungryModel, loopModel, onnxType, waitFor, writeModel } from '@pareto/testkit';
import { refusalOf, type TestClient } from '../support/client.js';
import { readDigitModel, startDigits, type Digits, type DigitsCluster } from '../support/digits.js';
import { startHurried } from '../support/service-process.js';

const number = (value: number): RawTensor => ({
  name: 'x',
  datatype: 'FP32',
  shape: [1, 1],
  raw: Buffer.from(Float32Array.of(value).buffer),
});

describe('bad models', function () {
  this.timeout(180_000);
  let started: DigitsCluster;
  let client: TestClient;
  let digits: Digits;
  before(async () => {
    started = await startDigits({ starter: startHurried, fewSamples: true }, ['mlp-tiny']);
    ({ client, digits } = started);
    await client.waitUntilReady('mlp-tiny');
  });
  after(() => started[Symbol.asyncDispose]());

  /** Sends queries for digits until `done`. Throws if one fails. */
  async function bystander(done: Promise<unknown>): Promise<number> {
    let answers = 0;
    const state = { going: true };
    void done.finally(() => (state.going = false)).catch(() => {});
    while (state.going) {
      await client.infer('digits', [digits.input(answers % 100)], { latency_ms: 5000 });
      answers++;
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    return answers;
  }

  async function serve(name: string, model: Uint8Array): Promise<void> {
    await client.registerTask(name);
    await client.registerModel(name, `${name}-model`, model);
    await client.waitUntilMeasured(name);
    await client.waitUntilReady(`${name}-model`);
  }

  const reasonOf = async (name: string): Promise<string | undefined> => {
    const { variants } = await client.registry.describe({ name });
    return variants[0]?.quarantineReason === '' ? undefined : variants[0]?.quarantineReason;
  };

  it('a model that exhausts memory is killed alone: its caller gets an error, and other queries are answered', async () => {
    await serve('hungry', hungryModel());
    const asked = refusalOf(client.infer('hungry', [number(400e6)], { latency_ms: 30_000 }, 60_000));
    const answers = await bystander(asked);
    const refusal = await asked;
    assert.equal(refusal.code, 'internal', refusal.message);
    assert.match(refusal.message, /memory/);
    assert.ok(answers > 0);
    const answer = await client.infer('hungry', [number(3)], { latency_ms: 30_000 }, 60_000);
    assert.equal(answer.outputs[0]?.raw.readFloatLE(0), 3);
  });

  it('a model that hangs is killed, and quarantined after two such queries, while other queries are answered', async () => {
    await serve('looping', loopModel());
    for (const round of [1, 2]) {
      const asked = refusalOf(client.infer('looping', [number(1e18)], { latency_ms: 60_000 }, 120_000));
      const answers = await bystander(asked);
      const refusal = await asked;
      assert.equal(refusal.code, 'internal', `${round}: ${refusal.message}`);
      assert.match(refusal.message, /two executors/);
      assert.ok(answers > 20, `${answers} other queries were answered`);
      if (round === 1) await client.waitUntilReady('looping-model');
    }
    const reason = await waitFor('the quarantine', () => reasonOf('looping'));
    assert.match(reason, /hung/);
    await waitFor('the router to refuse the quarantined model', async () => {
      const refusal = await refusalOf(client.infer('looping', [number(1)], {}, 5_000));
      return refusal.code === 'failed-precondition' ? true : undefined;
    });
    await client.infer('digits', [digits.input(0)]);
  });

  it('a model that never returns is listed with the reason why it is not measured, while other queries are answered', async () => {
    await client.registerTask('endless');
    await client.registerModel('endless', 'endless-model', endlessModel());
    const measured = client.waitUntilMeasured('endless');
    const answers = await bystander(measured);
    const [variant] = await measured;
    assert.match(variant?.measurements[0]?.error ?? '', /hung/);
    assert.ok(answers > 10, `${answers} other queries were answered`);
    const refusal = await refusalOf(client.infer('endless', [number(1)], {}, 10_000));
    assert.match(refusal.code, /failed-precondition|resource-exhausted/);
  });

  it('a truncated file is refused at registration', async () => {
    const whole = await readDigitModel('mlp-tiny');
    const refusal = await refusalOf(client.registerModel('digits', 'cut', whole.subarray(0, whole.length / 2)));
    assert.equal(refusal.code, 'invalid-argument');
    assert.match(refusal.message, /corrupted or cut short|not an ONNX model/);
    assert.equal((await refusalOf(client.registry.describe({ name: 'cut' }))).code, 'not-found');
  });

  it('a model with another signature than its task is refused', async () => {
    const refusal = await refusalOf(client.registerModel('digits', 'stranger', hungryModel()));
    assert.match(refusal.code, /invalid-argument|failed-precondition/);
    assert.match(refusal.message, /signature|input|image/);
  });

  it('a model with missing files is refused', async () => {
    const files = [{ path: 'm.onnx', digest: `sha256:${'0'.repeat(64)}`, sizeBytes: 5 }];
    const refusal = await refusalOf(
      client.registry.registerArchitecture({ name: 'gone', task: 'digits', manifest: { files } }),
    );
    assert.match(refusal.code, /not-found|failed-precondition/);
  });

  it('a model that the runtime rejects is listed with the reason, and answers no query', async () => {
    const value = { name: 'x', type: onnxType.float, dims: ['batch', 1] };
    const model = writeModel({
      nodes: [{ op: 'NoSuchOperator', inputs: ['x'], outputs: ['y'] }],
      inputs: [value],
      outputs: [{ ...value, name: 'y' }],
    });
    await client.registerTask('strange');
    await client.registerModel('strange', 'strange-model', model);
    const [variant] = await client.waitUntilMeasured('strange');
    assert.match(variant?.measurements[0]?.error ?? '', /NoSuchOperator/);
    const refusal = await refusalOf(client.infer('strange', [number(1)], {}, 10_000));
    assert.match(refusal.code, /failed-precondition|resource-exhausted/);
  });
});
