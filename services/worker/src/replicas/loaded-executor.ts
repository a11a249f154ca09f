// Loads a variant from the blob cache into an executor, and warms it up.

import type { BlobCache } from '@pareto/blobs';
import { bytes, milliseconds, ParetoError, publicText, type Clock, type Profile, type VariantSpec } from '@pareto/core';
import { maxSharedModels, mayShare, ownerOf } from '@pareto/policy';
import {
  releaseAfterMaxHold,
  sampleInputs,
  sampleShapes,
  type Executor,
  type ExecutorPool,
  type Sharing,
  type SlotTokens,
  type TensorInput,
} from '@pareto/runtime';

export interface LoadDeps {
  readonly pool: ExecutorPool;
  readonly cache: BlobCache;
  /** Slot tokens of the hardware class that the variant is loaded on. */
  readonly tokens: SlotTokens;
  /** Number of these slots. */
  readonly slotCount: number;
  readonly clock: Clock;
}

export interface ExecutorOptions {
  readonly spec: VariantSpec;
  readonly memoryLimitBytes: number;
  /** Batch sizes to warm up. */
  readonly warmSizes: readonly number[];
  /** Profile of the variant. Undefined if it was not measured. */
  readonly profile: Profile | undefined;
}

/**
 * Loads a variant. Releases its files when the executor ends, because it may map them. Throws the error of a failed
 * download or load.
 */
export async function loadVariant(
  { pool, cache, slotCount }: Pick<LoadDeps, 'pool' | 'cache' | 'slotCount'>,
  { spec, profile, memoryLimitBytes }: Omit<ExecutorOptions, 'warmSizes'>,
  signal: AbortSignal,
): Promise<Executor> {
  const { manifest, provider, option } = spec;
  const files = await cache.openModel(manifest, signal);
  try {
    const sharing = mayShare(spec, profile) ? sharingOf(spec, slotCount) : undefined;
    const request = { modelPath: files.path, provider, option, threads: 1, memoryLimitBytes, sharing };
    const executor = await pool.load(request, signal);
    void executor.died.then(() => files.release());
    return executor;
  } catch (error) {
    await files.release();
    throw error;
  }
}

/** Spreads small models over as many processes as there are slots, so that batches on all slots run side by side. */
const sharingOf = ({ variant, modelDigest: model }: VariantSpec, spread: number): Sharing => ({
  ...{ owner: ownerOf(variant), model, maxModels: maxSharedModels, spread },
});

const warmRuns = 2;
/** Expected time of a warm-up run on a device, which compiles its programs at the first run of each size. */
const deviceWarmMs = milliseconds(15_000);

/**
 * Runs every batch size, with a slot token for each run. Throws `internal` if the model kills its process, `unavailable`
 * if another model ended it. A measured model may fail on synthetic samples: it has run on real ones, or was measured
 * without running. Returns a provisional profile of a model that was not measured.
 */
export async function warmUp(
  executor: Executor,
  options: ExecutorOptions,
  deps: LoadDeps,
): Promise<Profile | undefined> {
  const { spec, warmSizes, profile } = options;
  if (profile === undefined) return warmUnmeasured(executor, options, deps);
  for (const batch of warmSizes) {
    const inputs = sampleInputs(spec.signature, batch, profile.shapes);
    for (let run = 0; run < warmRuns; run++)
      if (typeof (await timeRun(executor, inputs, options, deps)) === 'string') return undefined;
  }
  return undefined;
}

/** Runs one item with the first likely shapes that the model accepts. */
async function warmUnmeasured(executor: Executor, options: ExecutorOptions, deps: LoadDeps): Promise<Profile> {
  const { signature, provider } = options.spec;
  // A device compiles in its first run.
  const runs = provider === 'cpu' ? warmRuns : warmRuns + 1;
  let reason = '';
  for (const shapes of sampleShapes(signature)) {
    const inputs = inputsOrReason(() => sampleInputs(signature, 1, shapes));
    const times: (number | string)[] = typeof inputs === 'string' ? [inputs] : [];
    while (typeof inputs !== 'string' && times.length < runs && typeof times.at(-1) !== 'string')
      times.push(await timeRun(executor, inputs, options, deps));
    const last = times.at(-1);
    if (typeof last !== 'string') return provisionalProfile(executor, shapes, times.slice(-warmRuns).map(Number));
    reason ||= last;
  }
  return { ...provisionalProfile(executor, {}, []), notRun: `the model failed on all synthetic inputs (${reason})` };
}

/** Returns the inputs, or the reason why they are too large. */
function inputsOrReason(create: () => readonly TensorInput[]): readonly TensorInput[] | string {
  try {
    return create();
  } catch (error) {
    return publicText(error);
  }
}

/** Returns the time of a run in milliseconds, or the reason why the model failed. Throws as `warmUp` does. */
async function timeRun(
  executor: Executor,
  inputs: readonly TensorInput[],
  { spec }: ExecutorOptions,
  { tokens, clock }: LoadDeps,
): Promise<number | string> {
  using _token = releaseAfterMaxHold(await tokens.acquire(), clock);
  const started = clock.now();
  const expectedMs = spec.provider === 'cpu' ? undefined : deviceWarmMs;
  const outcome = await executor.run({ inputs, outputs: [], expectedMs });
  if (outcome.kind === 'done') return clock.now() - started;
  if (outcome.kind === 'failed') return outcome.message;
  const code = outcome.death.kind === 'by-other-model' ? 'unavailable' : 'internal';
  throw new ParetoError(code, `the model doesn't run on sample inputs: ${outcome.death.reason}`);
}

/**
 * Returns a profile with one point of two runs. The faster one is the usual time, because a busy host only makes a run slower; the
 * slower one bounds it. Without times it has no point.
 */
function provisionalProfile(executor: Executor, shapes: Profile['shapes'], times: readonly number[]): Profile {
  const [fastest, slowest] = [milliseconds(Math.min(...times)), milliseconds(Math.max(...times))];
  const point = { batch: 1, p50Ms: fastest, p95Ms: slowest, p99Ms: slowest, runs: times.length };
  return {
    points: times.length === 0 ? [] : [point],
    loadMs: executor.loadMs,
    coldLoadMs: executor.loadMs,
    memoryBytes: bytes(executor.memory()?.peakPrivateBytes ?? 0),
    baseMemoryBytes: bytes(executor.baseMemoryBytes),
    predictionError: undefined,
    runtimeVersion: '',
    providerUsed: executor.providerUsed,
    nodesByProvider: {},
    shapes,
    provisional: true,
  };
}
