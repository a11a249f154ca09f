import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createSeededRng } from '@pareto/core';
import { matrixModel, onnxType, writeModel } from '@pareto/testkit';
import { optimiseModel, type Executor } from '../../src/index.js';
import { dropFromPageCache } from '../../src/measuring/page-cache.js';
import { digits, floatsOf, load, newPath, pool, saveModel } from '../support/harness.js';

const requestFor = (modelPath: string) => ({ modelPath, provider: 'cpu', threads: 1, memoryLimitBytes: 2 ** 30 });

/** Saves a matrix product whose weights are in a separate file. */
async function saveMapped(side: number): Promise<string> {
  const { float } = onnxType;
  const raw = new Uint8Array(4 * side * side);
  const modelPath = await saveModel(
    'mapped',
    writeModel({
      nodes: [{ op: 'MatMul', inputs: ['x', 'w'], outputs: ['y'] }],
      inputs: [{ name: 'x', type: float, dims: ['batch', side] }],
      outputs: [{ name: 'y', type: float, dims: ['batch', side] }],
      initializers: [{ name: 'w', type: float, dims: [side, side], raw, file: 'mapped.bin' }],
    }),
  );
  await writeFile(path.join(path.dirname(modelPath), 'mapped.bin'), raw);
  return modelPath;
}

const outputsOf = async (executor: Executor): Promise<readonly number[]> => {
  const data = [new Uint8Array(Float32Array.from({ length: 2 * 784 }, createSeededRng(3)).buffer)];
  const input = { name: 'image', datatype: 'FP32', shape: [2, 1, 28, 28], data } as const;
  return floatsOf(await executor.run({ inputs: [input], outputs: [], expectedMs: undefined }));
};

describe('session options', function () {
  this.timeout(60_000);

  it('keep mapped weights in their file', async () => {
    const file = await saveMapped(4096);
    const held = (executor: Executor): number => executor.memory()?.privateBytes ?? 0;
    await using packed = await pool.load(requestFor(file));
    await using mapped = await pool.load({ ...requestFor(file), option: 'no-prepacking' });
    assert.ok(held(packed) > 64e6, `${held(packed)} with the weights`);
    assert.ok(held(mapped) < 48e6, `${held(mapped)} without`);
  });

  it('do not change outputs', async () => {
    const [packed, plain] = await Promise.all([
      pool.load(requestFor(digits('mlp-large'))),
      pool.load({ ...requestFor(digits('mlp-large')), option: 'no-prepacking' }),
    ]);
    await using first = packed;
    await using second = plain;
    const expected = await outputsOf(first);
    for (const [at, value] of (await outputsOf(second)).entries()) {
      assert.ok(Math.abs(value - (expected[at] ?? 0)) < 1e-4);
    }
  });

  it('lower the priority if requested', async () => {
    await using polite = await pool.load({ ...requestFor(digits('mlp-tiny')), nice: true });
    await using equal = await load(digits('mlp-tiny'));
    assert.equal(os.getPriority(polite.pid), 19);
    assert.equal(os.getPriority(equal.pid), os.getPriority());
  });
});

describe('optimising', function () {
  this.timeout(60_000);

  it('saves a graph with the same outputs and fused nodes', async () => {
    const outputPath = await newPath('optimised');
    await optimiseModel(pool, { modelPath: digits('cnn-small'), outputPath, memoryLimitBytes: 2 ** 30 });
    await using original = await load(digits('cnn-small'));
    await using optimised = await load(outputPath);
    const expected = await outputsOf(original);
    for (const [at, value] of (await outputsOf(optimised)).entries()) {
      assert.ok(Math.abs(value - (expected[at] ?? 0)) < 1e-4);
    }
    assert.match((await readFile(outputPath)).toString('latin1'), /FusedConv/);
  });

  it('rejects a model that cannot be loaded, and saves no file', async () => {
    const outputPath = await newPath('nothing');
    const modelPath = await saveModel('corrupted', Buffer.from('not a model'));
    const optimising = optimiseModel(pool, { modelPath, outputPath, memoryLimitBytes: 2 ** 30 });
    await assert.rejects(optimising, { code: 'invalid-argument' });
    await assert.rejects(stat(outputPath));
  });
});

describe('page cache', () => {
  it('drops files, and reports if it cannot', async () => {
    const there = await saveModel('matrix', matrixModel(64));
    assert.equal(await dropFromPageCache([there]), process.platform === 'linux');
    assert.equal(await dropFromPageCache([there, '/nowhere']), false);
  });
});
