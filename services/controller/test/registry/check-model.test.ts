// Checks of a model before its registration.

import assert from 'node:assert/strict';
import { openFolderBlobStore, type BlobStore } from '@pareto/blobs';
import { bytes, digest, systemClock, type Digest, type Manifest, type Signature, type Task } from '@pareto/core';
import { createModelReader, type ModelReader } from '@pareto/models';
import { buildTask, createTempFolder, onnxType, writeModel, type TempFolder } from '@pareto/testkit';
import { checkSignature, fits, inspectFiles, signatureWith } from '../../src/registry/check-model.js';
import { digestOf } from '../support/upload-model.js';

describe('the files of a model', () => {
  let folder: TempFolder;
  let blobs: BlobStore;
  let reader: ModelReader;
  before(async () => {
    folder = await createTempFolder();
    const options = { maxBlobBytes: 1 << 20, clock: systemClock, onDamaged: () => undefined };
    blobs = await openFolderBlobStore(folder.path, options);
    reader = createModelReader({ clock: systemClock });
  });
  after(() => {
    reader[Symbol.dispose]();
    return folder[Symbol.asyncDispose]();
  });

  const value = { type: onnxType.float, dims: ['n', 2] };
  const graph = writeModel({
    nodes: [{ op: 'Add', inputs: ['x', 'w'], outputs: ['y'] }],
    inputs: [{ name: 'x', ...value }],
    outputs: [{ name: 'y', ...value }],
    initializers: [{ name: 'w', type: onnxType.float, dims: [2], raw: Buffer.alloc(0), file: 'parts/w.bin' }],
  });
  const weights = Buffer.alloc(8, 1);

  async function manifest(contents: Readonly<Record<string, Uint8Array>>): Promise<Manifest> {
    const files = Object.entries(contents).map(async ([path, data]) => {
      const id: Digest = digest(digestOf(data));
      await blobs.upload(
        id,
        data.length,
        (async function* () {
          yield { offset: 0, data };
        })(),
      );
      return { path, digest: id, sizeBytes: bytes(data.length) };
    });
    return { files: await Promise.all(files) };
  }

  it('are found relative to the folder of the graph', async () => {
    for (const good of [
      { 'm.onnx': graph, 'parts/w.bin': weights },
      { 'deep/m.onnx': graph, 'deep/parts/w.bin': weights },
    ])
      assert.equal((await inspectFiles({ blobs, reader }, await manifest(good))).signature.batched, true);
    for (const [bad, missing] of [
      [{ 'm.onnx': graph }, 'parts/w.bin'],
      [{ 'deep/m.onnx': graph, 'parts/w.bin': weights }, 'deep/parts/w.bin'],
    ] as const) {
      await assert.rejects(inspectFiles({ blobs, reader }, await manifest(bad)), {
        code: 'invalid-argument',
        message: `the model refers to ${missing}: add the missing files to the manifest`,
      });
    }
  });
});

describe('signature of a model', () => {
  const tensor = (name: string, dims: readonly number[]) => ({ name, datatype: 'FP32', dims }) as const;
  const shaped = (batched: boolean, ...lead: readonly number[]): Signature => ({
    inputs: [tensor('x', [...lead, 4])],
    outputs: [tensor('y', [...lead, 2])],
    batched,
  });
  const [any, one, eight] = [shaped(true), shaped(false, 1), shaped(false, 8)];
  const taskOf = (signature: Signature | undefined): Task => buildTask({ name: 't', signature });

  it('fits a signature that differs only by a batch of one in place of any batch', () => {
    assert.deepEqual([fits(any, one), fits(one, any), fits(one, one), fits(eight, eight)], [true, true, true, true]);
    assert.deepEqual([fits(any, eight), fits(one, eight), fits(any, shaped(false))], [false, false, false]);
    assert.throws(() => checkSignature(taskOf(any), eight, 'a'), {
      code: 'invalid-argument',
      message: /has x FP32 \[4\] .*with a batch dimension, the model x FP32 \[8,4\] .*without a batch dimension/,
    });
  });

  it('becomes that of the task, and is replaced by that of the first batched model', () => {
    assert.equal(signatureWith(taskOf(undefined), one), one);
    assert.equal(signatureWith(taskOf(one), any), any);
    assert.equal(signatureWith(taskOf(any), one), any);
  });
});
