import assert from 'node:assert/strict';
import type { wire } from '@pareto/protocol';
import { attentionOf, formatAttention, type AttentionInput } from '../../../src/commands/register/attention.js';
import { fakeArchitecture, fakeOutcome } from '../../support/fake-description.js';
import { fakeJob, fakeStep } from '../../support/fake-jobs.js';

const nothing: AttentionInput = { others: [], architectures: [], jobs: [], outcomes: [], unbatched: new Set() };

const textsFor = (input: Partial<AttentionInput>): readonly string[] =>
  attentionOf({ ...nothing, ...input }).map(({ kind, text }) => `${kind}: ${text}`);

const tensor = (name: string, ...dims: readonly number[]): wire.TensorSpec => ({
  name,
  datatype: 'FP32',
  dims: [...dims],
});

function unbatched(inputs: wire.TensorSpec[], outputs: wire.TensorSpec[], fixedBatch = 0): wire.Architecture {
  return { ...fakeArchitecture('m'), maxBatchSize: 0, fixedBatch, signature: { inputs, outputs, batched: false } };
}

describe('attentionOf', () => {
  it('has nothing about a batched model without failures', () => {
    const signature = { inputs: [], outputs: [], batched: true };
    const architectures = [{ ...fakeArchitecture('m'), signature }];
    assert.deepEqual(textsFor({ architectures, jobs: [fakeJob('m', [fakeStep('make', 'done', {})])] }), []);
  });

  it('has the first failure of a model, and the number of the others', () => {
    const failed = ['fp16', 'int4'].map((recipe) => fakeStep('make', 'failed', { recipe, detail: 'killed' }));
    assert.deepEqual(textsFor({ jobs: [fakeJob('m', failed)] }), [
      "failed: generating m:fp16 failed: killed (and 1 more, which 'pareto jobs m' shows); 'pareto profile m' tries again",
    ]);
  });

  const advice = 'export it with a dynamic first dimension in every input and output to have it batched';
  const reasons: readonly (readonly [string, wire.Architecture, string])[] = [
    [
      'fixed',
      unbatched([tensor('x', -1, 4)], [tensor('y', 3, 4)]),
      `output y has the fixed first dimension 3; ${advice}`,
    ],
    ['scalar', unbatched([tensor('x')], [tensor('y', -1)]), `input x is a scalar; ${advice}`],
  ];
  for (const [name, architecture, text] of reasons) {
    it(`says why a model is not batched whose first dimensions are ${name}`, () => {
      assert.deepEqual(textsFor({ architectures: [architecture] }), [`not-batched: not batched: ${text}`]);
      assert.deepEqual(textsFor({ architectures: [architecture], unbatched: new Set(['m']) }), []);
    });
  }

  it('says why a fixed batch could not be made dynamic, once that was tried', () => {
    const architectures = [unbatched([tensor('x', 1, 4)], [tensor('y', 1, 4)], 1)];
    assert.deepEqual(textsFor({ architectures }), []);
    const outcomes = [fakeOutcome('m', 'dynamic-batch', { declined: 'its rows are mixed' })];
    assert.match(
      textsFor({ architectures, outcomes })[0] ?? '',
      /^not-batched: not batched: its rows are mixed; it answers one item at a time; /,
    );
  });
});

describe('formatAttention', () => {
  it('has one line for all models with the same text', () => {
    const items = ['a', 'b', 'c', 'd', 'e'].map((model) => ({ model, kind: 'refused', text: 'refused: no' }) as const);
    assert.equal(formatAttention(items, Infinity), 'NEEDS ATTENTION\na, b, c and 2 more: refused: no');
    assert.equal(formatAttention(items, 25), 'NEEDS ATTENTION\na, b, c and 2 more:\n  refused: no');
    assert.equal(formatAttention([], 80), '');
  });
});
