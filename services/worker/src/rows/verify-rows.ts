// Verifies by runs that the outputs of a row do not depend on the other rows of its batch. See policy/src/rows/README.md.

import type { RowIsolation } from '@pareto/core';
import type { RowAnalysis } from '@pareto/models';
import {
  areEqualUpToRounding,
  areSameBits,
  planRowRuns,
  type AdversarialRun,
  type NeighbourKind,
  type RowOutputs,
} from '@pareto/policy';
import type { RunOutcome, TensorInput } from '@pareto/runtime';
import type { Samples } from '../sampling/samples.js';
import { adversarialRow, isChangedBy } from './adversarial-row.js';
import { allRows, joinRows, splitRows, type RowInputs } from './row-tensors.js';

export interface RowVerification {
  /** Result of the analysis of the graph. */
  readonly analysis: RowAnalysis;
  /** Real samples, or synthetic ones that the model accepts. */
  readonly samples: Samples;
  /** Maximum batch size that queries may come to share. */
  readonly ceiling: number;
  /** Returns the number of rows that a batch is padded to. */
  readonly paddedSize: (items: number) => number;
  /** Returns the expected time of a batch, in ms. */
  readonly expectedMs: (size: number) => number;
  /** Runs a batch and returns all outputs. Rejects if the signal of the step aborts. */
  readonly run: (inputs: readonly TensorInput[]) => Promise<RunOutcome>;
  readonly reportProgress: (progress: string) => void;
}

export const mixed = (reason: string): RowIsolation => ({ kind: 'mixed', reason, isLive: false });

/** Returns the verdict. Undefined if the graph does not decide it, and the model does not run on the samples. */
export async function verifyRows(verification: RowVerification): Promise<RowIsolation | undefined> {
  const { analysis, samples, ceiling, expectedMs, reportProgress } = verification;
  if (analysis.kind === 'mixes') return mixed(analysis.reason);
  const isProved = analysis.kind === 'apart';
  const rows = await allRows(samples);
  const plan = planRowRuns({ ceiling, isProved, expectedMs });
  const alone = await runAlone(verification, rows);
  if (alone === undefined) return isProved ? { kind: 'proved' } : undefined;
  for (const [index, { size, adversarial }] of plan.entries()) {
    reportProgress(`verifying rows ${index + 1}/${plan.length}`);
    const problem = await problemOfSize(verification, { rows, alone, size, adversarial });
    if (problem !== undefined) return mixed(problem);
  }
  if (isProved) return { kind: 'proved' };
  return { kind: 'checked', maxBatch: plan.at(-1)?.size ?? 1 };
}

/** Returns the outputs of each row alone. Undefined if a run fails. */
async function runAlone(
  verification: RowVerification,
  rows: readonly RowInputs[],
): Promise<readonly RowOutputs[] | undefined> {
  const alone: RowOutputs[] = [];
  for (const row of rows) {
    const outcome = await runBatch(verification, [row]);
    const own = outcome.kind === 'rows' ? outcome.rows[0] : undefined;
    if (own === undefined) return undefined;
    alone.push(own);
  }
  return alone;
}

type BatchOutcome =
  | { readonly kind: 'rows'; readonly rows: readonly RowOutputs[] }
  | { readonly kind: 'failed' | 'died' | 'malformed'; readonly reason: string };

async function runBatch({ run, paddedSize }: RowVerification, rows: readonly RowInputs[]): Promise<BatchOutcome> {
  const size = Math.max(rows.length, paddedSize(rows.length));
  const outcome = await run(joinRows(rows, size));
  if (outcome.kind === 'failed') return { kind: 'failed', reason: outcome.message };
  if (outcome.kind === 'died') return { kind: 'died', reason: outcome.death.reason };
  try {
    return { kind: 'rows', rows: splitRows(outcome.outputs, rows.length, size) };
  } catch (error) {
    return { kind: 'malformed', reason: error instanceof Error ? error.message : String(error) };
  }
}

interface SizeRuns {
  readonly rows: readonly RowInputs[];
  /** Outputs of each row alone. */
  readonly alone: readonly RowOutputs[];
  readonly size: number;
  readonly adversarial: readonly AdversarialRun[];
}

/** Returns why rows of batches of one size are not kept apart. Undefined if they are. */
async function problemOfSize(
  verification: RowVerification,
  { rows, alone, size, adversarial }: SizeRuns,
): Promise<string | undefined> {
  const batch = repeated(rows, size);
  const benign = await runBatch(verification, batch);
  if (benign.kind !== 'rows') return `a batch of ${size} fails: ${benign.reason}`;
  const others = 'a row has other outputs in a batch';
  if (!areEqualUpToRounding(repeated(alone, size), benign.rows)) return `${others} of ${size} than alone`;
  for (const { kind, replaced } of adversarial) {
    const next = batch.map((row, at) => (replaced.has(at) ? replacement(batch, at, kind) : row));
    if (!batch.some((row) => isChangedBy(row, kind))) continue;
    const outcome = await runBatch(verification, next);
    // A batch that fails is run again query by query, which keeps rows apart.
    if (outcome.kind === 'failed') continue;
    const where = `${others} of ${size} ${nextTo[kind]}`;
    if (outcome.kind !== 'rows') return `a batch of ${size} ${nextTo[kind]} fails: ${outcome.reason}`;
    const bystanders = batch.flatMap((_, at) => (replaced.has(at) ? [] : [at]));
    const changed = bystanders.filter((at) => !isSameAt(at, benign.rows, outcome.rows));
    if (changed.length === 0) continue;
    if (await isDeterministic(verification, next, outcome.rows, changed)) return where;
    if (await isDeterministic(verification, batch, benign.rows, changed)) return where;
    if (!areEqualUpToRounding(pick(benign.rows, changed), pick(outcome.rows, changed))) return where;
  }
  return undefined;
}

/** Returns a list of `size` elements, in which those of `list` are repeated in order. */
const repeated = <T>(list: readonly T[], size: number): readonly T[] =>
  Array.from({ length: Math.ceil(size / list.length) }, () => list)
    .flat()
    .slice(0, size);

const pick = (rows: readonly RowOutputs[], positions: readonly number[]): readonly RowOutputs[] =>
  positions.map((at) => rows[at] ?? []);

/** The row that replaces the one at `at`. `same` repeats the row before it, or after the first one. */
function replacement(batch: readonly RowInputs[], at: number, kind: NeighbourKind): RowInputs {
  const row = batch[at] ?? [];
  return kind === 'same' ? (batch[at === 0 ? 1 : at - 1] ?? row) : adversarialRow(row, kind);
}

const nextTo: Readonly<Record<NeighbourKind, string>> = {
  same: 'next to equal rows',
  large: 'next to rows scaled by 1000',
  small: 'next to rows scaled by 0.001',
  zero: 'next to rows of zeros',
  nan: 'next to rows of NaN',
  infinite: 'next to rows of infinity',
  'negative-infinite': 'next to rows of negative infinity',
  greatest: "next to rows of the type's greatest value",
  least: "next to rows of the type's least value",
};

const isSameAt = (at: number, a: readonly RowOutputs[], b: readonly RowOutputs[]): boolean =>
  areSameBits(a[at] ?? [], b[at] ?? []);

/** Returns whether the same batch has the same outputs at the given positions when it is run again. */
async function isDeterministic(
  verification: RowVerification,
  batch: readonly RowInputs[],
  outputs: readonly RowOutputs[],
  positions: readonly number[],
): Promise<boolean> {
  const again = await runBatch(verification, batch);
  return again.kind === 'rows' && positions.every((at) => isSameAt(at, outputs, again.rows));
}
