// The comparison of a model's inputs and outputs with those of a task.

import assert from 'node:assert/strict';
import type { Architecture, Signature, Task } from '@pareto/core';
import { buildArchitecture, buildTask } from '@pareto/testkit';
import { checkSignature, fits, signatureWith, type ModelForm } from '../../src/registry/check-signature.js';
import type { RecordView } from '../../src/storage/record-tables.js';
import { architectureKey } from '../../src/storage/records.js';

const tensor = (name: string, dims: readonly number[]) => ({ name, datatype: 'FP32', dims }) as const;
const shaped = (batched: boolean, ...lead: readonly number[]): Signature => ({
  inputs: [tensor('x', [...lead, 4])],
  outputs: [tensor('y', [...lead, 2])],
  batched,
});
const form = (signature: Signature, fixedBatch?: number): ModelForm => ({ signature, fixedBatch });

/** Returns the records of a task with these models. */
function recordsOf(...models: readonly ModelForm[]): Pick<RecordView, 'architectures' | 'names'> {
  const all = models.map((model, at) => buildArchitecture({ name: `m${at}`, task: 't', ...model }));
  const revisions = { createRevision: 1, modRevision: 1 };
  const stored = (value: Architecture) => ({ key: architectureKey(value.name, value.version), value, ...revisions });
  return { architectures: new Map(all.map(stored).map((one) => [one.key, one])), names: new Map() };
}
const taskOf = (signature: Signature | undefined): Task => buildTask({ name: 't', signature });

describe('the signature of a model', () => {
  const any = form(shaped(true));
  const [one, eight] = [form(shaped(false, 1), 1), form(shaped(false, 8), 8)];
  /** A dynamic first dimension that is still to be verified, and one that is not a batch. */
  const [open, free] = [form(shaped(false, -1), 1), form(shaped(false, -1))];

  it('fits one that differs only by a batch of one, or by a batch that is still to be verified', () => {
    for (const [a, b] of [
      ...[any, one, open].flatMap((left) => [any, one, open].map((right) => [left, right] as const)),
      ...[eight, free].map((same) => [same, same] as const),
      [open, free] as const,
    ])
      assert.deepEqual([fits(a, b), fits(b, a)], [true, true], JSON.stringify([a, b]));
  });

  it('does not fit one with a larger fixed batch, or with a first dimension that is no batch', () => {
    for (const [a, b] of [
      [any, eight],
      [one, eight],
      [open, eight],
      [any, free],
      [any, form(shaped(false), undefined)],
      [one, free],
    ] as const)
      assert.deepEqual([fits(a, b), fits(b, a)], [false, false], JSON.stringify([a, b]));
  });

  it('is rejected with the inputs and outputs that differ in the task and the model, and what to do', () => {
    const rejects = (task: ModelForm, model: ModelForm, why: string): void =>
      assert.throws(() => checkSignature(recordsOf(task), taskOf(task.signature), model, 'a'), {
        code: 'invalid-argument',
        message: `architecture a does not fit task t: ${why}`,
      });
    rejects(
      any,
      eight,
      'input "x" FP32 [batch,4] in the task, "x" FP32 [8,4] in the model; output "y" FP32 [batch,2] in the task, "y" FP32 [8,2] in the model; export the model with a dynamic first dimension instead of 8: torch.onnx.export(…, dynamic_axes={"x": {0: "batch"}, "y": {0: "batch"}}), or pass skl2onnx the shape [None, 4] for x',
    );
    const named = (inputs: Signature['inputs'], outputs: Signature['outputs']): ModelForm =>
      form({ inputs, outputs, batched: true });
    const { outputs } = any.signature;
    rejects(
      any,
      named([tensor('input', [4])], [tensor('z', [2])]),
      'input "x" FP32 [batch,4] in the task, "input" FP32 [batch,4] in the model; output "y" FP32 [batch,2] in the task, "z" FP32 [batch,2] in the model; pass --map input=x --map z=y if they mean the same',
    );
    const advice = 'export the model with the same inputs and outputs, or register it for another task';
    rejects(
      any,
      named([tensor('z', [5])], outputs),
      `input "x" FP32 [batch,4] only in the task; input "z" FP32 [batch,5] only in the model; ${advice}`,
    );
    rejects(
      named([tensor('x', [-1]), tensor('z', [4])], outputs),
      named([tensor('x', [4]), tensor('v', [4])], outputs),
      `input "x" FP32 [batch,any] in the task, "x" FP32 [batch,4] in the model; input "z" FP32 [batch,4] in the task, "v" FP32 [batch,4] in the model; ${advice}`,
    );
  });

  it('fits a task whose models are still to be verified, but not one whose model has no batch', () => {
    const task = taskOf(open.signature);
    checkSignature(recordsOf(open), task, any, 'a');
    for (const records of [recordsOf(free), recordsOf(open, free), recordsOf()])
      assert.throws(() => checkSignature(records, task, any, 'a'), { code: 'invalid-argument' });
  });

  it('becomes that of the task, which is batched once it has models with different ones', () => {
    const joined = (task: ModelForm | undefined, model: ModelForm): Signature =>
      signatureWith(recordsOf(...(task === undefined ? [] : [task])), taskOf(task?.signature), model);
    assert.equal(joined(undefined, one), one.signature);
    assert.equal(joined(open, open), open.signature);
    for (const [task, model] of [
      [one, any],
      [any, one],
      [any, open],
      [open, any],
      [open, one],
    ] as const)
      assert.deepEqual(joined(task, model), any.signature);
  });
});
