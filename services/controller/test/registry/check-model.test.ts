// Checks of a model before its registration.

import assert from 'node:assert/strict';
import { openFolderBlobStore, type BlobStore } from '@pareto/blobs';
import { bytes, digest, systemClock, type Digest, type Manifest } from '@pareto/core';
import { createModelReader, type ModelReader } from '@pareto/models';
import { createTempFolder, onnxType, writeModel, type TempFolder } from '@pareto/testkit';
import { inspectFiles } from '../../src/registry/check-model.js';
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
