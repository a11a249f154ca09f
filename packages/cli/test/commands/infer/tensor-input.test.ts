import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseInput, readInput } from '../../../src/commands/infer/tensor-input.js';
import { argmaxRows, formatTensor } from '../../../src/commands/infer/tensor-values.js';

const validation = fileURLToPath(new URL('../../../../../examples/digits/validation.npz', import.meta.url));

/** Encodes a float32 array in NumPy's file format. */
function npy(dims: readonly number[], values: readonly number[]): Buffer {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${dims.join(', ')},), }`;
  const head = Buffer.from(`\x93NUMPY\x01\x00\x00\x00${header}\n`, 'latin1');
  head.writeUInt16LE(header.length + 1, 8);
  return Buffer.concat([head, Buffer.from(Float32Array.from(values).buffer)]);
}

describe('readInput', () => {
  it('parses names, paths and rows', () => {
    assert.deepEqual(parseInput('image=@a/b.npz#12'), { name: 'image', path: 'a/b.npz', rows: [12, 12] });
    assert.deepEqual(parseInput('image=@b.npz#2-5'), { name: 'image', path: 'b.npz', rows: [2, 5] });
    assert.deepEqual(parseInput('x=@b.npy'), { name: 'x', path: 'b.npy', rows: undefined });
    assert.throws(() => parseInput('image=b.npy'), /expected name=@file/);
  });

  it('reads rows of an archive', async () => {
    const { shape, datatype, contents } = await readInput(`image=@${validation}#3-4`);
    assert.deepEqual([shape, datatype, contents.length], [[2, 1, 28, 28], 'FP32', 2 * 784 * 4]);
    await assert.rejects(
      readInput(`image=@${validation}#99999`),
      /rows 99999-99999 are out of range: the array has \d+ rows/,
    );
    await assert.rejects(readInput(`picture=@${validation}`), /has no array of that name, only .*image/);
    await assert.rejects(readInput('image=@nowhere.npz'), /there is no file nowhere.npz/);
  });

  it('reads a whole array file, which formatTensor prints', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pareto-input-'));
    await writeFile(join(folder, 'x.npy'), npy([2, 3], [1, 5, 2, 9, 8, 7.5]));
    const tensor = await readInput(`x=@${join(folder, 'x.npy')}`);
    await rm(folder, { recursive: true });
    assert.equal(formatTensor(tensor), 'x FP32[2,3]\n  [1 5 2] largest at 1\n  [9 8 7.500] largest at 0');
    assert.deepEqual(argmaxRows([1, 5, 2, 9, 8, 7], 3), [1, 0]);
  });
});
