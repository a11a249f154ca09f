// Brings a variant from its blobs into a warm executor.

import { ParetoError, type Clock, type VariantSpec } from '@pareto/core';
import type { BlobCache } from '@pareto/models';
import { batchSizes, bounded, sampleInputs, type Executor, type ExecutorPool, type SlotTokens } from '@pareto/runtime';

export interface LoadDeps {
  readonly pool: ExecutorPool;
  readonly cache: BlobCache;
  readonly tokens: SlotTokens;
  readonly clock: Clock;
}

export interface ExecutorWish {
  readonly spec: VariantSpec;
  readonly memoryLimitBytes: number;
  /** The largest batch that it will be given. */
  readonly ceiling: number;
}

/** An executor and the files that it may still map: both go together. Throws what a fetch or a load throws. */
export async function loadVariant(
  deps: LoadDeps,
  { spec, memoryLimitBytes }: Omit<ExecutorWish, 'ceiling'>,
  signal: AbortSignal,
): Promise<Executor> {
  const files = await deps.cache.openModel(spec.manifest, signal);
  try {
    const request = { modelPath: files.path, provider: spec.provider, threads: 1, memoryLimitBytes };
    const executor = await deps.pool.load(request, signal);
    void executor.died.then(() => files.release());
    return executor;
  } catch (error) {
    await files.release();
    throw error;
  }
}

const warmRuns = 2;

/** Runs every batch size up to the ceiling, each on a slot token of its own. Throws `internal` when the model doesn't run. */
export async function warmUp(
  executor: Executor,
  { spec, ceiling }: ExecutorWish,
  { tokens, clock }: LoadDeps,
): Promise<void> {
  for (const batch of batchSizes(Math.min(ceiling, spec.maxBatchSize))) {
    const inputs = sampleInputs(spec.signature, batch);
    for (let run = 0; run < warmRuns; run++) {
      using _token = bounded(await tokens.acquire(), clock);
      const outcome = await executor.run({ inputs, outputs: [], expectedMs: undefined });
      if (outcome.kind === 'done') continue;
      const reason = outcome.kind === 'failed' ? outcome.message : outcome.death.reason;
      throw new ParetoError('internal', `the model doesn't run on sample inputs: ${reason}`);
    }
  }
}
