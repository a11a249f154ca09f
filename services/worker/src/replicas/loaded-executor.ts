// Brings a variant from its blobs into a warm executor.

import type { BlobCache } from '@pareto/blobs';
import { milliseconds, ParetoError, type Clock, type Profile, type VariantSpec } from '@pareto/core';
import { releaseAfterMaxHold, sampleInputs, type Executor, type ExecutorPool, type SlotTokens } from '@pareto/runtime';

export interface LoadDeps {
  readonly pool: ExecutorPool;
  readonly cache: BlobCache;
  /** Of the hardware class that it is loaded on. */
  readonly tokens: SlotTokens;
  readonly clock: Clock;
}

export interface ExecutorOptions {
  readonly spec: VariantSpec;
  readonly memoryLimitBytes: number;
  /** The batches that it is to be ready for. */
  readonly warmSizes: readonly number[];
  /** Undefined: nothing was measured. */
  readonly profile: Pick<Profile, 'shapes'> | undefined;
}

/** An executor and the files that it may still map: both go together. Throws what a fetch or a load throws. */
export async function loadVariant(
  { pool, cache }: Pick<LoadDeps, 'pool' | 'cache'>,
  { spec, memoryLimitBytes }: Omit<ExecutorOptions, 'warmSizes'>,
  signal: AbortSignal,
): Promise<Executor> {
  const { manifest, provider, option } = spec;
  const files = await cache.openModel(manifest, signal);
  try {
    const executor = await pool.load({ modelPath: files.path, provider, option, threads: 1, memoryLimitBytes }, signal);
    void executor.died.then(() => files.release());
    return executor;
  } catch (error) {
    await files.release();
    throw error;
  }
}

const warmRuns = 2;
/** A device compiles its programs at the first run of a size. */
const deviceWarmMs = milliseconds(15_000);

/**
 * Runs every batch size, each on a slot token of its own. Throws `internal` when the model doesn't run, `unavailable` when another
 * ended the process. A model that was measured may refuse made up samples: it has answered real ones, or is known to refuse these.
 */
export async function warmUp(
  executor: Executor,
  { spec, warmSizes, profile }: ExecutorOptions,
  { tokens, clock }: LoadDeps,
): Promise<void> {
  const expectedMs = spec.provider === 'cpu' ? undefined : deviceWarmMs;
  for (const batch of warmSizes) {
    const inputs = sampleInputs(spec.signature, batch, profile?.shapes);
    for (let run = 0; run < warmRuns; run++) {
      using _token = releaseAfterMaxHold(await tokens.acquire(), clock);
      const outcome = await executor.run({ inputs, outputs: [], expectedMs });
      if (outcome.kind === 'done') continue;
      if (outcome.kind === 'failed' && profile !== undefined) return;
      const reason = outcome.kind === 'failed' ? outcome.message : outcome.death.reason;
      const isBeside = outcome.kind === 'died' && outcome.death.kind === 'beside';
      throw new ParetoError(isBeside ? 'unavailable' : 'internal', `the model doesn't run on sample inputs: ${reason}`);
    }
  }
}
