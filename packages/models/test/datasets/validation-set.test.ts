import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Metric, Signature } from '@pareto/core';
import { createTempFolder, floats, longs, writeNpz, type NpyArray, type TempFolder } from '@pareto/testkit';
import { checkValidation, inspectModel, readValidationSet } from '../../src/index.js';
import { toTexts } from '../../src/tensors/texts.js';

const digits = (file: string): string => fileURLToPath(new URL(`../../../../examples/digits/${file}`, import.meta.url));

const signatureOf = (batched: boolean, input: readonly number[], output: readonly number[]): Signature => ({
  batched,
  inputs: [{ name: 'x', datatype: 'FP32', dims: input }],
  outputs: [{ name: 'y', datatype: 'FP32', dims: output }],
});
const scores = signatureOf(true, [2], [3]);

describe('a validation set', () => {
  let folder: TempFolder;
  before(async () => void (folder = await createTempFolder()));
  after(() => folder[Symbol.asyncDispose]());

  const x = floats([2, 2], [1, 2, 3, 4]);
  const label = longs([2], [0, 1]);
  type Arrays = Readonly<Record<string, NpyArray>>;

  async function saved(arrays: Arrays): Promise<string> {
    await writeFile(folder.file('set.npz'), writeNpz(arrays));
    return folder.file('set.npz');
  }
  const read = async (arrays: Arrays, signature = scores, metric: Metric = 'top1') =>
    readValidationSet(await saved(arrays), { signature, metric });

  it('has an array for each input, and labels', async () => {
    const set = await read({ x, label, other: label });
    assert.deepEqual([set.samples, [...set.inputs.keys()], set.labels.datatype], [2, ['x'], 'INT64']);
  });

  it('of the digits example fits its models', async () => {
    for (const name of ['mlp-tiny', 'cnn-small']) {
      const { signature } = await inspectModel(digits(`models/${name}.onnx`));
      await checkValidation(digits('validation.npz'), { signature, metric: 'top1' });
      await assert.rejects(
        checkValidation(digits('validation.npz'), { signature, metric: 'box-iou' }),
        /box-iou judges boxes/,
      );
    }
  });

  const text: NpyArray = { descr: '<U1', dims: [2], data: Buffer.from('a\0\0\0b\0\0\0') };
  const unfit: readonly [string, Arrays, RegExp][] = [
    ['no labels', { x }, /no array "label" \(it has x\)/],
    ['labels with fractions', { x, label: floats([2], [0, 1]) }, /one class per sample, integers .*, got FP32 \[2\]/],
    ['labels of classes that the model does not have', { x, label: longs([2], [0, 3]) }, /class 3 .*has 3 outputs/],
    ['no samples', { x, label: longs([0], []) }, /label must have at least one sample, got INT64 \[0\]/],
    ['a label without dimensions', { x, label: longs([], [1]) }, /label must have at least one sample, got INT64 \[\]/],
    ['text for labels', { x, label: text }, /they are texts, but the model answers with FP32 \[3\].*--labels/],
    ['no array for an input', { z: x, label }, /no array "x"/],
    ['another number of samples', { x, label: longs([3], [0, 1, 2]) }, /x must be FP32 \[3, 2\], got FP32 \[2, 2\]$/],
    [
      'another type',
      { x: longs([2, 2], [1, 2, 3, 4]), label },
      /got INT64 \[2, 2\] \(convert it with arr.astype\('float32'\)\)/,
    ],
    ['another shape', { x: floats([2, 1, 2, 1], [1, 2, 3, 4]), label }, /\(reshape it with arr.reshape\(2, 2\)\)$/],
  ];
  for (const [what, arrays, why] of unfit) {
    it(`is rejected with ${what}`, async () => {
      const error = { code: 'invalid-argument', message: why };
      await assert.rejects(read(arrays), error);
      await assert.rejects(checkValidation(await saved(arrays), { signature: scores, metric: 'top1' }), error);
    });
  }

  it('has the spread of the labels of regression, which must differ', async () => {
    const numbers = signatureOf(true, [2], [1]);
    const label = floats([2], [1, 5]);
    assert.deepEqual((await read({ x, label }, numbers, 'rmse')).spread, { means: [3], deviation: 2 });
    assert.equal((await read({ x, label }, numbers, 'mse')).spread, undefined);
    const equal = { code: 'invalid-argument', message: /r2 compares errors .* of all 2 evaluation samples are equal/ };
    const file = await saved({ x, label: floats([2], [3, 3]) });
    await assert.rejects(checkValidation(file, { signature: numbers, metric: 'r2' }), equal);
  });

  it('may have infinite inputs, such as masks, and NaN for missing values', async () => {
    assert.equal((await read({ x: floats([2, 2], [1, -Infinity, Number.NaN, 4]), label })).samples, 2);
  });

  const takesText: Signature = { ...scores, inputs: [{ name: 'x', datatype: 'BYTES', dims: [] }] };

  it('may have text inputs', async () => {
    const { inputs } = await read({ x: text, label }, takesText);
    assert.deepEqual(toTexts(inputs.get('x') ?? assert.fail()), ['a', 'b']);
    await assert.rejects(
      read({ x: label, label }, takesText),
      /got INT64 \[2\] \(convert it with arr.astype\('str'\)\)/,
    );
  });

  it('is rejected if the labels have NaN', async () => {
    const label = floats([2, 3], [1, 2, 3, 4, Number.NaN, 6]);
    await assert.rejects(read({ x, label }, scores, 'cosine'), /label has NaN at \[1, 1\]/);
  });

  it('is accepted with any labels of the right type if the outputs are dynamic', async () => {
    const dynamic = signatureOf(true, [2], [-1, -1]);
    for (const metric of ['top1', 'exact-match', 'f1'] as const) await read({ x, label }, dynamic, metric);
    await assert.rejects(read({ x, label: text }, dynamic, 'exact-match'), /"a" of sample 1 is not a number/);
  });

  it('has one run per sample for a model without a batch', async () => {
    const set = await read(
      { x: floats([2, 3, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]), label },
      signatureOf(false, [-1, 2], [3]),
    );
    assert.deepEqual([set.samples, set.inputs.get('x')?.dims], [2, [2, 3, 2]]);
  });

  it('may omit a first dimension that is 1 or dynamic', async () => {
    const fixed = signatureOf(false, [1, 2], [1, 3]);
    const longer = floats([2, 1, 2], [1, 2, 3, 4]);
    for (const [signature, dims] of [
      [fixed, [2, 1, 2]],
      [signatureOf(false, [-1, 2], [-1, 3]), [2, 1, 2]],
      [scores, [2, 2]],
    ] as const) {
      for (const input of [x, longer])
        assert.deepEqual((await read({ x: input, label }, signature)).inputs.get('x')?.dims, dims);
    }
  });

  it('is accepted for a model with a fixed batch if it fits the dynamic one', async () => {
    const fixed = signatureOf(false, [4, 2], [4, 3]);
    const use = { signature: fixed, metric: 'top1' } as const;
    await checkValidation(await saved({ x, label }), use);
    await assert.rejects(checkValidation(await saved({ x, label: longs([2], [3, 0]) }), use), /class 3/);
    await assert.rejects(read({ x, label }, fixed), /x must be FP32 \[2, 4, 2\]/);
  });
});
