// Registrations for tasks that exist: new versions and further models, as converters of scikit-learn write them, and other
// definitions of the task.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import type { RawTensor, wire } from '@pareto/protocol';
import { onnxType, waitFor, writeModel, type Child, type Node } from '@pareto/testkit';
import { createTestClient, refusalOf, type TestClient } from '../support/client.js';
import { startCluster, type Cluster } from '../support/cluster.js';
import { digitModelFile, validationFile } from '../support/digits.js';
import { startPareto } from '../support/pareto.js';

const side = 4;

/**
 * A model that adds `bias` to each number. Without the name of a batch, the first dimension is dynamic in the input and the
 * output, as converters of scikit-learn write it. With `mixes`, its rows depend on each other.
 */
function model(bias: number, { batch = '', mixes = false, input = 'x' } = {}): Uint8Array {
  const softmax: Node = { op: 'Softmax', inputs: [input], outputs: ['mixed'], attributes: [{ name: 'axis', int: 0 }] };
  return writeModel({
    nodes: [...(mixes ? [softmax] : []), { op: 'Add', inputs: [mixes ? 'mixed' : input, 'bias'], outputs: ['y'] }],
    inputs: [{ name: input, type: onnxType.float, dims: [batch, side] }],
    outputs: [{ name: 'y', type: onnxType.float, dims: [batch, side] }],
    initializers: [
      { name: 'bias', type: onnxType.float, dims: [1], raw: new Uint8Array(Float32Array.of(bias).buffer) },
    ],
  });
}

const rows = (count: number): RawTensor => ({
  ...{ name: 'x', datatype: 'FP32', shape: [count, side] },
  raw: Buffer.alloc(4 * count * side),
});

describe('an existing task', function () {
  this.timeout(180_000);
  let cluster: Cluster;
  let client: TestClient;
  before(async () => {
    cluster = await startCluster({ workers: 2 });
    client = createTestClient(cluster);
  });
  after(async () => {
    client[Symbol.dispose]();
    await cluster[Symbol.asyncDispose]();
  });

  const startRegister = (path: string, ...args: readonly string[]): Child =>
    startPareto('register', path, '--controller', cluster.controller.address, ...args);

  it('keeps its definition if options are left out, and rejects others with the field and both values', async () => {
    const validation = await readFile(validationFile);
    await client.registerTask('digits', { validation, objective: { latencyMs: 250 } });
    const options = ['--task', 'digits', '--validation', validationFile, '--recipes', 'original', '--detach'];
    const accepted = startRegister(digitModelFile('mlp-tiny'), ...options);
    assert.equal((await accepted.exited).code, 0, accepted.output);
    const rejected = startRegister(digitModelFile('mlp-tiny'), ...options, '--latency-ms', '50');
    assert.equal((await rejected.exited).code, 1);
    assert.match(rejected.output, /latency_ms is 250, not 50; leave out --latency-ms to use the task as it is/);
    const { tasks } = await client.registry.list({});
    assert.equal(tasks.find(({ name }) => name === 'digits')?.defaultObjective?.latencyMs, 250);
    await client.waitUntilDone('digits');
  });

  it('gets a larger batch for the same file, whether its batch is verified, or still to be', async () => {
    await client.registerTask('limits');
    const register = (maxBatchSize?: number): Promise<wire.Architecture> =>
      client.registerModel('limits', 'limited', model(7), maxBatchSize === undefined ? {} : { maxBatchSize });
    const serves = (count: number): Promise<unknown> =>
      waitFor(`a batch of ${count}`, () => client.infer('limited', [rows(count)], { latency_ms: 10_000 }), 30_000);
    await register();
    await register(48);
    await client.waitUntilDone('limits');
    await serves(48);
    assert.match(
      (await refusalOf(client.infer('limited', [rows(49)]))).message,
      /at most 48; split the request, or register the model again with a larger --max-batch-size/,
    );
    assert.equal((await register(64)).maxBatchSize, 64);
    await client.waitUntilDone('limits');
    await serves(64);
  });

  it('is joined by a model with another name of its input, once that is mapped', async () => {
    await client.registerTask('names');
    await client.registerModel('names', 'own', model(1));
    const path = cluster.folder.file('other.onnx');
    await writeFile(path, model(8, { input: 'features' }));
    const rejected = startRegister(path, '--task', 'names', '--detach');
    assert.equal((await rejected.exited).code, 1);
    assert.match(
      rejected.output,
      /input "x" FP32 \[batch,4\] in the task, "features" FP32 \[batch,4\] in the model; pass --map features=x/,
    );
    const accepted = startRegister(path, '--task', 'names', '--map', 'features=x', '--detach');
    assert.equal((await accepted.exited).code, 0, accepted.output);
    await client.waitUntilDone('names');
    const ask = () => client.infer('other', [rows(1)], { latency_ms: 10_000 });
    const { outputs } = await waitFor('an answer', ask);
    assert.deepEqual(outputs[0]?.raw, Buffer.from(Float32Array.of(8, 8, 8, 8).buffer));
  });

  describe('whose batch was verified', () => {
    before(async () => {
      await client.registerTask('sums');
      await client.registerModel('sums', 'first', model(1));
      await client.waitUntilDone('sums');
      await client.waitUntilReady('first:original');
    });

    /** Sends batches for the name continuously until the version answers. Returns the versions that did. */
    async function askUntil(version: string, name: string): Promise<readonly string[]> {
      const seen = new Set<string>();
      const failures: string[] = [];
      const ask = async (count: number): Promise<void> => {
        const { modelVersion, outputs } = await client.infer(name, [rows(count)], { latency_ms: 10_000 });
        assert.deepEqual(outputs[0]?.shape, [count, side]);
        seen.add(modelVersion);
      };
      await waitFor(`version ${version} to answer`, async () => {
        for (const count of [1, 3]) await ask(count).catch((error: unknown) => failures.push(String(error)));
        return seen.has(version) || undefined;
      });
      assert.deepEqual(failures, []);
      return [...seen];
    }

    it('is retrained: the new version takes over once its batch is verified, and no batch of a client fails', async () => {
      const next = await client.registerModel('sums', 'first', model(2));
      assert.deepEqual([next.version, next.signature?.batched], [2, false]);
      assert.deepEqual(await askUntil('2', 'first'), ['1', '2']);
      const { architectures, task } = await client.registry.describe({ name: 'first' });
      assert.deepEqual([architectures.at(-1)?.signature?.batched, task?.signature?.batched], [true, true]);
    });

    it('is joined by a model whose batch is still to be verified, and by one that names it', async () => {
      const open = await client.registerModel('sums', 'second', model(3));
      assert.equal(open.signature?.batched, false);
      await client.registerModel('sums', 'third', model(4, { batch: 'n' }));
      await client.waitUntilDone('sums');
      const { architectures } = await client.registry.list({ task: 'sums' });
      assert.deepEqual(
        architectures.filter(({ signature }) => signature?.batched !== true).map(({ name }) => name),
        [],
      );
    });

    it('sends batches to other models if the first dimension of a new version turns out to be no batch', async () => {
      await client.registerModel('sums', 'second', model(5, { mixes: true }));
      const jobs = await client.waitUntilDone('sums');
      const [tried] = jobs.find(({ architecture }) => architecture === 'second')?.steps ?? [];
      assert.deepEqual([tried?.recipe, tried?.state], ['dynamic-batch', 'failed']);
      await waitFor(
        'version 2 to answer',
        async () => (await client.infer('second', [rows(1)])).modelVersion === '2' || undefined,
      );
      assert.equal((await client.infer('sums', [rows(3)], { latency_ms: 10_000 })).outputs[0]?.shape[0], 3);
      for (const target of ['first', 'third'])
        await client.registry.setRule({ task: 'sums', kind: 'deny', target, reason: 'a test', actor: 'a test' });
      await waitFor('the rules', async () => {
        const { code, message } = await refusalOf(client.infer('sums', [rows(3)], { latency_ms: 10_000 }));
        return (code === 'invalid-argument' && message.includes(' at most 1; send one item per request')) || undefined;
      });
      const { parameters } = await client.infer('sums', [rows(1)], { latency_ms: 10_000 });
      assert.equal(parameters.get('pareto_variant'), 'second:original');
    });
  });
});
