// Batches, labels and versions of registrations, and repeated registrations of one model.

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { wire } from '@pareto/protocol';
import {
  createTempFolder,
  fixedBatchModel,
  onnxType,
  outdatedModel,
  writeModel,
  type Dim,
  type TempFolder,
} from '@pareto/testkit';
import { after, before, describe, it } from 'mocha';
import { startController, type TestController } from '../support/start-controller.js';
import { digestOf, upload, uploadFile } from '../support/upload-model.js';

const identity = (input: readonly Dim[], output: readonly Dim[] = input): Uint8Array =>
  writeModel({
    nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
    inputs: [{ name: 'x', type: onnxType.float, dims: input }],
    outputs: [{ name: 'y', type: onnxType.float, dims: output }],
  });

describe('registering', () => {
  let folder: TempFolder;
  let controller: TestController;
  let names = 0;

  before(async () => {
    folder = await createTempFolder();
    controller = await startController(folder.path);
  });
  after(async () => {
    await controller[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  type More = Partial<wire.RegisterArchitectureRequestInput>;
  type Register = (content: Uint8Array, more?: More) => Promise<wire.Architecture>;

  /** Returns a function that registers a model under one name in its own task. */
  async function model(): Promise<Register> {
    const name = `m${++names}`;
    await controller.registry.registerTask({ name: `${name}.task` });
    return async (content, more = {}) => {
      const manifest = await uploadFile(controller, content);
      return controller.registry.registerArchitecture({
        name,
        task: `${name}.task`,
        manifest,
        recipes: ['original'],
        ...more,
      });
    };
  }
  const batchOf = ({ signature, maxBatchSize, fixedBatch }: wire.Architecture): readonly unknown[] => [
    signature?.batched,
    signature?.inputs[0]?.dims,
    maxBatchSize,
    fixedBatch,
  ];
  async function labels(text: string | Buffer, output = 'y'): Promise<Record<string, string>> {
    const content = Buffer.from(text);
    await upload(controller, content);
    return { [output]: digestOf(content) };
  }

  it('takes the batch from the graph or from the request', async () => {
    const dynamic = identity(['n', 4]);
    assert.deepEqual(batchOf(await (await model())(dynamic)), [true, [4], 8, 0]);
    assert.deepEqual(batchOf(await (await model())(dynamic, { maxBatchSize: 3 })), [true, [4], 3, 0]);
    assert.deepEqual(batchOf(await (await model())(dynamic, { maxBatchSize: 0 })), [false, [-1, 4], 0, 0]);
    const twoNames = identity(['n', 4], ['m', 4]);
    assert.deepEqual(batchOf(await (await model())(twoNames)), [false, [-1, 4], 0, 1]);
    assert.deepEqual(batchOf(await (await model())(twoNames, { maxBatchSize: 16 })), [true, [4], 16, 0]);
    assert.deepEqual(batchOf(await (await model())(fixedBatchModel(2))), [false, [2, 4], 0, 2]);
    assert.deepEqual(batchOf(await (await model())(fixedBatchModel(2), { maxBatchSize: 0 })), [false, [2, 4], 0, 0]);
  });

  it('rejects a batch size for a graph without a batch dimension, and one that is too large', async () => {
    const register = await model();
    await assert.rejects(register(identity([1, 4]), { maxBatchSize: 8 }), {
      code: 'invalid-argument',
      message: /max_batch_size is 8, and input "x" of the graph has \[1, 4\], whose first dimension is fixed/,
    });
    await assert.rejects(register(identity(['n'], []), { maxBatchSize: 8 }), /output "y" of the graph is a scalar/);
    await assert.rejects(register(identity(['n', 4]), { maxBatchSize: 1e6 }), /expected at most 65536/);
  });

  it('changes the batch of a registered model, and of its task with it', async () => {
    const register = await model();
    const dynamic = identity(['n', 5]);
    const first = await register(dynamic);
    assert.deepEqual(batchOf(await register(dynamic, { maxBatchSize: 4 })), [true, [5], 4, 0]);
    assert.deepEqual(batchOf(await register(dynamic)), [true, [5], 4, 0], 'without a batch size, the batch stays');
    const none = await register(dynamic, { maxBatchSize: 0 });
    assert.deepEqual([batchOf(none), none.version], [[false, [-1, 5], 0, 0], first.version]);
    const { task, variants } = await controller.registry.describe({ name: none.name });
    assert.deepEqual([task?.signature?.batched, variants.length], [false, 1]);
    assert.deepEqual(batchOf(await register(dynamic, { maxBatchSize: 2 })), [true, [5], 2, 0]);
  });

  it('rejects a change of batch that does not fit the other models of the task', async () => {
    await controller.registry.registerTask({ name: 'both' });
    const [one, other] = [await model(), await model()];
    const content = identity(['n', 6]);
    await one(content, { task: 'both' });
    await other(content, { task: 'both' });
    await assert.rejects(one(content, { task: 'both', maxBatchSize: 0 }), /does not fit task both/);
  });

  it('stores labels, and replaces them when they change', async () => {
    const register = await model();
    const content = identity(['n', 7]);
    const animals = await labels('cat\ndog\n');
    assert.deepEqual((await register(content, { labels: animals })).labels, animals);
    const known = await listedOf();
    assert.deepEqual((await register(content, { labels: animals })).labels, animals);
    assert.equal(await listedOf(), known, 'an identical registration changes nothing');
    const fruits = await labels('äpple\nbanana');
    const changed = await register(content, { labels: fruits });
    assert.deepEqual([changed.labels, changed.version], [fruits, 1]);
    assert.deepEqual((await register(content)).labels, {});
  });

  /** Returns the whole registry as text. */
  const listedOf = async (): Promise<string> => JSON.stringify(await controller.registry.list({ task: '' }));

  it('rejects labels that are missing, of an unknown output, not UTF-8, or too many', async () => {
    const register = await model();
    const rejects = async (given: Record<string, string>, why: RegExp, code = 'invalid-argument'): Promise<void> =>
      assert.rejects(register(identity(['n', 8]), { labels: given }), { code, message: why });
    await rejects(
      { y: digestOf(Buffer.from('absent')) },
      /labels of "y": blob .* is missing: upload it first/,
      'failed-precondition',
    );
    await rejects({ y: 'labels.txt' }, /"labels.txt" is not a digest/);
    await rejects(await labels('a', 'z'), /there are labels for "z", but the outputs of the model are "y"/);
    await rejects(await labels(Buffer.of(0x61, 0xff)), /labels of "y" are not UTF-8 text/);
    await rejects(await labels(Buffer.alloc(100_001, '\n')), /have 100002 lines: expected at most 100000/);
  });

  it('uses the requested version if it is above all earlier ones, otherwise the next', async () => {
    const register = await model();
    const same = identity(['n', 9]);
    assert.equal((await register(same, { version: 3 })).version, 3);
    assert.equal((await register(same, { version: 3 })).version, 3);
    assert.equal((await register(same, { version: 2 })).version, 3, 'the model is registered under another version');
    assert.equal((await register(same, { version: 5 })).version, 5, 'two versions may be one model');
    assert.equal((await register(same, { version: 3 })).version, 3);
    const other = Buffer.concat([same, Buffer.from([0x32, 1, 0x61])]);
    assert.equal((await register(other, { version: 4 })).version, 6);
    assert.equal((await register(other)).version, 6);
  });

  describe('a model whose output is a list of maps', () => {
    const forest = fileURLToPath(new URL('../../../../examples/tabular/models/random-forest.onnx', import.meta.url));
    const keys = Buffer.from('setosa\nversicolor\nvirginica\n');

    it('is registered with a tensor in their place and their keys as labels, again with the same version', async () => {
      const register = await model();
      const content = await readFile(forest);
      const { version, manifest, signature, labels: stored } = await register(content);
      assert.deepEqual(signature?.outputs, [
        { name: 'output_label', datatype: 'BYTES', dims: [-1] },
        { name: 'output_probability', datatype: 'FP32', dims: [-1, 3] },
      ]);
      assert.deepEqual(stored, { output_probability: digestOf(keys) });
      const served = manifest?.files[0]?.digest ?? '';
      assert.notEqual(served, digestOf(content));
      for (const digest of [served, digestOf(keys)])
        assert.equal((await controller.blobs.stat({ digest })).complete, true);
      const again = await register(content, { keepDominated: true });
      assert.deepEqual([again.version, again.manifest, again.labels], [version, manifest, stored]);
    });

    it('uses the labels of the request instead of the keys', async () => {
      const register = await model();
      const content = await readFile(forest);
      const own = await labels('one\ntwo\nthree', 'output_probability');
      assert.deepEqual((await register(content, { labels: own })).labels, own);
      const back = await register(content);
      assert.deepEqual([back.version, back.labels], [1, { output_probability: digestOf(keys) }]);
    });
  });

  describe('a model with an opset that ONNX Runtime no longer runs', () => {
    it('registers the upgraded model, again with the same version', async () => {
      const register = await model();
      const content = outdatedModel();
      const { version, manifest, signature } = await register(content);
      const [file] = manifest?.files ?? [];
      assert.notEqual(file?.digest, digestOf(content));
      assert.deepEqual(signature?.inputs[0]?.dims, [2, 3]);
      assert.equal((await controller.blobs.stat({ digest: file?.digest ?? '' })).complete, true);
      assert.deepEqual(await readdir(join(folder.path, 'blobs', 'work')), []);
      const again = await register(content, { keepDominated: true });
      assert.deepEqual([again.version, again.keepDominated, again.manifest], [version, true, manifest]);
    });

    it('is rejected with the opset and the operator if that cannot be upgraded', async () => {
      const register = await model();
      const nodes = [{ op: 'ATen', inputs: ['x'], outputs: ['y'] }];
      const value = { type: onnxType.float, dims: ['batch', 2] };
      const content = writeModel({ nodes, inputs: [{ name: 'x', ...value }], outputs: [{ name: 'y', ...value }] }, 6);
      await assert.rejects(register(content), /opset 6, .* no longer runs, .* no operator ATen of opset 6/);
    });

    it('or does not load yet, is rejected with the latest one', async () => {
      const register = await model();
      const nodes = [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }];
      const value = { type: onnxType.float, dims: ['batch', 2] };
      const content = writeModel({ nodes, inputs: [{ name: 'x', ...value }], outputs: [{ name: 'y', ...value }] }, 27);
      const message = /has opset 27 of ai.onnx, but this ONNX Runtime loads opset 26 at most: export it with opset 26/;
      await assert.rejects(register(content), { code: 'invalid-argument', message });
    });
  });
});
