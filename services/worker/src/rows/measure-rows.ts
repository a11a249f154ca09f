// Verifies, as the last part of a measurement, whether queries may share batches of a variant.

import { publicText, type Clock, type Profile, type RowIsolation, type Signature } from '@pareto/core';
import type { ModelReader, RowAnalysis, SampleSet } from '@pareto/models';
import { bucketOf, p50At, usefulBatch } from '@pareto/policy';
import { releaseAfterMaxHold, type Executor, type SlotTokens } from '@pareto/runtime';
import type { StepContext } from '../orders/step-context.js';
import { chosenSamples, rowsFrom, syntheticSamples, type Samples } from '../sampling/samples.js';
import { mixed, verifyRows } from './verify-rows.js';

export interface MeasuredModel extends StepContext {
  readonly executor: Executor;
  readonly profile: Profile;
  readonly set: SampleSet | undefined;
  readonly signature: Signature;
  readonly tokens: SlotTokens;
  readonly modelPath: string;
  readonly reader: Pick<ModelReader, 'inspect'>;
  readonly clock: Clock;
}

/** Number of samples to verify rows with. */
const maxRows = 16;

/**
 * Returns the verdict. If the graph does not decide it, the runs are made with the shapes of the profile, and of each of its
 * buckets. Without a batch dimension, queries cannot share batches.
 */
export async function measureRows(model: MeasuredModel): Promise<RowIsolation> {
  const { executor, profile, set, signature, tokens, clock, reportProgress, signal } = model;
  if (!signature.batched) return { kind: 'proved' };
  const analysis = await analyse(model);
  const { points, shapes, buckets = [] } = profile;
  const first = set === undefined ? syntheticSamples(signature, maxRows, shapes) : evaluationSamples(set);
  const shaped = buckets.map((bucket) => ({ ...bucket, samples: syntheticSamples(signature, maxRows, bucket.shapes) }));
  const sizes = points.map(({ batch }) => batch);
  let maxBatch = Infinity;
  for (const { samples, points: own } of [{ samples: first, points }, ...shaped]) {
    const verdict = await verifyRows({
      ...{ analysis, samples, reportProgress },
      ceiling: usefulBatch(profile, Infinity),
      paddedSize: (items) => (executor.providerUsed === 'cpu' ? items : bucketOf(items, sizes)),
      expectedMs: (size) => p50At({ points: own.length === 0 ? points : own }, size),
      async run(inputs) {
        using _token = releaseAfterMaxHold(await tokens.acquire(signal), clock);
        return await executor.run({ inputs, outputs: [], expectedMs: undefined });
      },
    });
    if (verdict !== undefined && verdict.kind !== 'checked') return verdict;
    // Clients choose the shapes of buckets, on which synthetic inputs may fail.
    maxBatch = Math.min(maxBatch, verdict?.maxBatch ?? (samples === first ? 0 : Infinity));
  }
  return maxBatch > 0 ? { kind: 'checked', maxBatch } : mixed('the model does not run on the samples');
}

/** Analyses the graph. A graph that cannot be inspected now is unknown: the runs decide. */
async function analyse({ reader, modelPath, signal }: MeasuredModel): Promise<RowAnalysis> {
  try {
    return (await reader.inspect(modelPath, signal)).rows;
  } catch (error) {
    signal.throwIfAborted();
    return { kind: 'unknown', reason: `the graph was not analysed: ${publicText(error)}` };
  }
}

const evaluationSamples = (set: SampleSet): Samples =>
  chosenSamples(set, rowsFrom(set.calibrationSamples, Math.min(set.samples, set.calibrationSamples + maxRows)));
