import assert from 'node:assert/strict';
import { encodeInferResponse, joinSlices, type RawTensor } from '@pareto/protocol';
import { readAnswer } from '../../src/load/read-answer.js';

const label = (value: number): RawTensor => ({
  ...{ name: 'label', datatype: 'INT64', shape: [1] },
  raw: Buffer.from(BigInt64Array.of(BigInt(value)).buffer),
});
const scores = (...values: number[]): RawTensor => ({
  ...{ name: 'probabilities', datatype: 'FP32', shape: [1, values.length] },
  raw: Buffer.from(Float32Array.from(values).buffer),
});
const text: RawTensor = { name: 'label', datatype: 'BYTES', shape: [1], raw: Buffer.from('\x03\0\0\0cat', 'latin1') };

const right = (expected: number | undefined, ...outputs: RawTensor[]): boolean | undefined => {
  const parameters = [['pareto_variant', 'm:original'] as const];
  const payload = encodeInferResponse({ modelName: 'm', modelVersion: '1', id: '', parameters, outputs }, false);
  return readAnswer(joinSlices(payload.slices), expected).right;
};

describe('readAnswer', () => {
  it('compares the class with the label if the first output is the class', () => {
    assert.equal(right(2, label(2), scores(0.1, 0.2, 0.7)), true);
    assert.equal(right(1, label(2), scores(0.1, 0.2, 0.7)), false);
  });

  it('compares the largest score, also after an output of texts', () => {
    assert.equal(right(2, scores(0.1, 0.2, 0.7)), true);
    assert.equal(right(0, text, scores(0.1, 0.9)), false);
  });

  it('compares nothing without a label or a class', () => {
    assert.equal(right(undefined, label(2)), undefined);
    assert.equal(right(2, scores(2)), undefined);
    assert.equal(right(2, text), undefined);
  });
});
