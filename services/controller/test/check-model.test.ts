// What is checked of a model before it is registered.

import assert from 'node:assert/strict';
import { bytes, digest, systemClock, type Digest, type Manifest } from '@pareto/core';
import { openFolderBlobStore, type BlobStore } from '@pareto/models';
import { createTempFolder, onnxType, writeModel, type TempFolder } from '@pareto/testkit';
import { inspectFiles } from '../src/check-model.js';
import { digestOf } from './upload-model.js';

describe('the files of a model', () => {
  let folder: TempFolder;
  let blobs: BlobStore;
  before(async () => {
    folder = await createTempFolder();
    const options = { maxBlobBytes: 1 << 20, clock: systemClock, onDamaged: () => undefined };
    blobs = await openFolderBlobStore(folder.path, options);
  });
  after(() => folder[Symbol.asyncDispose]());

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

  it('lie where the graph looks for them: relative to its own folder', async () => {
    for (const good of [
      { 'm.onnx': graph, 'parts/w.bin': weights },
      { 'deep/m.onnx': graph, 'deep/parts/w.bin': weights },
    ])
      assert.equal((await inspectFiles(blobs, await manifest(good))).signature.batched, true);
    for (const [bad, missing] of [
      [{ 'm.onnx': graph }, 'parts/w.bin'],
      [{ 'deep/m.onnx': graph, 'parts/w.bin': weights }, 'deep/parts/w.bin'],
    ] as const) {
      await assert.rejects(inspectFiles(blobs, await manifest(bad)), {
        code: 'invalid-argument',
        message: `the model refers to ${missing}, which the manifest leaves out`,
      });
    }
  });
});
