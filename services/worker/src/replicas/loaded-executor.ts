// Loads a variant from the blob cache into an executor, and warms it up.

import type { BlobCache } from '@pareto/blobs';
import { milliseconds, ParetoError, type Clock, type Profile, type VariantSpec } from '@pareto/core';
import { releaseAfterMaxHold, sampleInputs, type Executor, type ExecutorPool, type SlotTokens } from '@pareto/runtime';

export interface LoadDeps {
  readonly pool: ExecutorPool;
  readonly cache: BlobCache;
  /** Slot tokens of the hardware class that the variant is loaded on. */
  readonly tokens: SlotTokens;
  readonly clock: Clock;
}

export interface ExecutorOptions {
  readonly spec: VariantSpec;
  readonly memoryLimitBytes: number;
  /** Batch sizes to warm up. */
  readonly warmSizes: readonly number[];
  /** Profile of the variant. Undefined if it was not measured. */
  readonly profile: Pick<Profile, 'shapes'> | undefined;
}

/**
 * Loads a variant. Releases its files when the executor ends, because it may map them. Throws the error of a failed
 * download or load.
 */
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
/** Expected time of a warm-up run on a device, which compiles its programs at the first run of each size. */
const deviceWarmMs = milliseconds(15_000);

/**
 * Runs every batch size, with a slot token for each run. Throws `internal` if the model fails, `unavailable` if another
 * model ended the process. A measured model may fail on synthetic samples: it has run on real ones, or was measured
 * without running.
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
      const isOtherModel = outcome.kind === 'died' && outcome.death.kind === 'beside';
      throw new ParetoError(
        isOtherModel ? 'unavailable' : 'internal',
        `the model doesn't run on sample inputs: ${reason}`,
      );
    }
  }
}
