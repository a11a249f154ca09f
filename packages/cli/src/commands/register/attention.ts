// What needs attention after a registration: models that were refused, that failed, or that are not batched. Pure.

import { dynamicBatch } from '@pareto/core';
import type { UnusableModel } from '@pareto/models';
import type { wire } from '@pareto/protocol';
import { wrap } from '@pareto/report';
import { subjectOf } from '../../job-progress/step-text.js';
import { listed } from './register-remarks.js';

export interface Attention {
  readonly model: string;
  readonly kind: 'refused' | 'skipped' | 'failed' | 'not-batched';
  /** The problem, and what to do about it. */
  readonly text: string;
}

export interface AttentionInput {
  /** Models that were not registered. */
  readonly others: readonly UnusableModel[];
  readonly architectures: readonly wire.Architecture[];
  readonly jobs: readonly wire.Job[];
  readonly outcomes: readonly wire.RecipeOutcome[];
  /** Names of the models that are registered without a batch on purpose. */
  readonly unbatched: ReadonlySet<string>;
}

export const attentionOf = (input: AttentionInput): readonly Attention[] => [
  ...input.others.map(({ name, kind, reason }) => ({ model: name, kind, text: `${kind}: ${reason}` })),
  ...input.jobs.flatMap(failureOf),
  ...input.architectures.flatMap((architecture) => batchAttention(architecture, input)),
];

function failureOf(job: wire.Job): readonly Attention[] {
  const failed = job.steps.filter(({ state }) => state === 'failed');
  const [first] = failed;
  if (first === undefined) return [];
  const { architecture: model } = job;
  const more = failed.length === 1 ? '' : ` (and ${failed.length - 1} more, which 'pareto jobs ${model}' shows)`;
  const what = first.kind === 'make' ? 'generating' : 'measuring';
  const text = `${what} ${subjectOf(job, first)} failed: ${first.detail}${more}; 'pareto profile ${model}' tries again`;
  return [{ model, kind: 'failed', text }];
}

function batchAttention(
  architecture: wire.Architecture,
  { outcomes, unbatched }: AttentionInput,
): readonly Attention[] {
  const { name: model, version, signature, maxBatchSize, fixedBatch } = architecture;
  if (signature === null || signature.batched || maxBatchSize > 0 || unbatched.has(model)) return [];
  const attempt = outcomes.find(
    (one) => one.architecture === model && one.version === version && one.recipe === dynamicBatch,
  );
  const failure = attempt === undefined ? '' : attempt.declined || attempt.error;
  // A worker has still to try.
  if (fixedBatch > 0 && failure === '') return [];
  return [
    {
      model,
      kind: 'not-batched',
      text: `not batched: ${failure === '' ? unbatchedText(signature) : `${failure}; ${independentAdvice}`}`,
    },
  ];
}

const exportAdvice = 'export it with a dynamic first dimension in every input and output to have it batched';

const independentAdvice =
  'it answers one item at a time; if its items do not depend on each other, export it with a dynamic first dimension';

function unbatchedText({ inputs, outputs }: wire.Signature): string {
  const all = [
    ...inputs.map((spec) => ({ role: 'input', ...spec })),
    ...outputs.map((spec) => ({ role: 'output', ...spec })),
  ];
  const fixed = all.find(({ dims }) => dims[0] !== -1);
  const first = fixed?.dims[0];
  const why = first === undefined ? 'is a scalar' : `has the fixed first dimension ${first}`;
  return `${fixed?.role ?? 'a tensor'} ${fixed?.name ?? ''} ${why}; ${exportAdvice}`;
}

/** Returns one line for all models with the same text, wrapped to `columns`. Empty if nothing needs attention. */
export function formatAttention(items: readonly Attention[], columns: number): string {
  if (items.length === 0) return '';
  const models = new Map<string, string[]>();
  for (const { model, text } of items) models.set(text, [...(models.get(text) ?? []), model]);
  const lines = Array.from(models, ([text, names]) => wrap(`${listed(names)}: ${text}`, columns));
  return ['NEEDS ATTENTION', ...lines.flat()].join('\n');
}
