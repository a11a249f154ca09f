// Measures the profile of a variant on this hardware: its latency by batch size, as seen by the worker process.

import {
  batchSizes,
  bytes,
  dynamicShapes,
  ParetoError,
  type Clock,
  type Milliseconds,
  type Profile,
  type ProfilePoint,
  type Signature,
} from '@pareto/core';
import { sizesBetween } from './sizes-between.js';
import { isDeviceProvider } from '../devices/device-provider.js';
import { findSamples } from './find-samples.js';
import type { LoadCount } from '../pool/executor-pool.js';
import type { Executor } from '../executors/executor.js';
import { measureBatch, warmExecutor } from './measure-batch.js';
import { measureEffort, type MeasureEffort } from './measure-effort.js';
import { noiseMark } from './noise.js';
import { createNoiseRetry, type SizeMeasurement } from './noise-retry.js';
import { createMeasurementSlot, type MeasurementSlot } from './measurement-slot.js';
import type { NodesByProvider } from '../executors/nodes-by-provider.js';
import type { TensorInput } from '../executors/run.js';
import type { SlotTokens } from '../devices/slot-tokens.js';

export interface ProfileRequest {
  readonly signature: Signature;
  /** Maximum batch size to measure. 0 means that the model has no batch dimension. */
  readonly maxBatch: number;
  readonly runtimeVersion: string;
  /** Approximate total time of the runs. */
  readonly profileMs: number;
  /** Cold load time, from `measureLoadTimes`. */
  readonly coldLoadMs: Milliseconds;
  /** Slot tokens of the variant's hardware class. Each run holds a token, and releases it afterwards if others wait. */
  readonly tokens: SlotTokens;
  /** Number of loads of other models on the same cores. */
  readonly loads: LoadCount;
  /** Returns the predicted median at a batch size, in milliseconds. */
  readonly predict: (points: readonly ProfilePoint[], batch: number) => number;
  /** Returns real inputs for a batch size. Default: synthetic inputs. */
  readonly inputsOf?: InputsOf | undefined;
}

type InputsOf = (batch: number) => readonly TensorInput[] | Promise<readonly TensorInput[]>;
/** Limit of the inputs of a run. Larger batches are not measured. */
const maxRunBytes = 256 * 2 ** 20;

/** Request with inputs, which are real or synthetic. */
type RunnableRequest = ProfileRequest & { readonly inputsOf: InputsOf };

export const budgetOf = ({ providerUsed }: Executor, { budgetMs, deviceBudgetMs }: MeasureEffort): number =>
  isDeviceProvider(providerUsed) ? deviceBudgetMs : budgetMs;
type MeasureSize = (batch: number) => Promise<SizeMeasurement>;
type MeasureInputs = (inputs: readonly TensorInput[], batch: number) => Promise<SizeMeasurement>;

/**
 * Measures batches of 1, 2, 4 … up to `maxBatch`, each after a warm-up, until the median is precise or the time is
 * spent. Then measures sizes between them, to find the error of the predictions. Skips larger batches once the total
 * time is spent. Returns a profile without points, but with the reason, if the model fails on all synthetic inputs.
 *
 * Throws `failed-precondition` with the reason if the model fails, or if none of its nodes run on the device;
 * `unavailable` if another model on the device ended the process; and the signal's reason if it aborts.
 */
export async function measureProfile(
  executor: Executor,
  request: ProfileRequest,
  clock: Clock,
  signal?: AbortSignal,
): Promise<Profile> {
  const slot = createMeasurementSlot(request.tokens, clock, signal);
  try {
    const { inputsOf } = request;
    const samples =
      inputsOf === undefined
        ? await findSamples(executor, request.signature, slot)
        : ({ kind: 'found', inputsOf } as const);
    if (samples.kind === 'found') return await measureRuns(executor, { ...request, ...samples }, slot, clock, signal);
    return { ...(await loadedProfile(executor, request)), notRun: samples.reason };
  } finally {
    slot.release();
  }
}

async function measureRuns(
  executor: Executor,
  request: RunnableRequest,
  slot: MeasurementSlot,
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<Profile> {
  const effort = measureEffort(request.profileMs);
  const measureInputs = createMeasureInputs(executor, request, slot, clock, signal);
  const measure: MeasureSize = async (batch) => measureInputs(await request.inputsOf(batch), batch);
  const nodesByProvider = await checkProvider(executor, request, slot);
  const single = await request.inputsOf(1);
  await warmExecutor(executor, single, { slot, effort, clock });
  const budgetMs = budgetOf(executor, effort);
  const sizes = batchSizes(boundedBatch(request.maxBatch, single));
  const { points, leftMs, noise } = await measureWithin(budgetMs, sizes, measure);
  const predictionError = await measurePredictionError(executor, points, request, measure, leftMs);
  return {
    ...(await loadedProfile(executor, request)),
    points,
    predictionError,
    nodesByProvider,
    shapes: dynamicShapes(request.signature, single) ?? {},
    ...noiseMark(noise),
  };
}

/** Creates a function that measures a batch of given inputs, and repeats it while it is noisy. */
export function createMeasureInputs(
  executor: Executor,
  { profileMs, loads }: Pick<ProfileRequest, 'profileMs' | 'loads'>,
  slot: MeasurementSlot,
  clock: Clock,
  signal: AbortSignal | undefined,
): MeasureInputs {
  const effort = measureEffort(profileMs);
  const { retryMs } = effort;
  const { pid } = executor;
  const retryNoisy = createNoiseRetry({ retryMs, pid, loads, clock, signal, spentMs: () => slot.spentMs });
  return (inputs, batch) =>
    retryNoisy(async () => {
      await slot.renew();
      const point = await measureBatch(executor, inputs, batch, { slot, effort, clock });
      slot.release();
      return point;
    });
}

/** Returns a profile without points: what is known of a loaded model without running it. */
async function loadedProfile(executor: Executor, { coldLoadMs, runtimeVersion }: ProfileRequest): Promise<Profile> {
  const memory = executor.memory();
  return {
    points: [],
    loadMs: executor.loadMs,
    coldLoadMs,
    memoryBytes: bytes(memory?.peakPrivateBytes ?? 0),
    baseMemoryBytes: bytes(executor.baseMemoryBytes),
    predictionError: undefined,
    runtimeVersion,
    providerUsed: executor.providerUsed,
    nodesByProvider: {},
    shapes: {},
  };
}

/** Returns the maximum batch size, at which the inputs of a run are within their limit. */
export function boundedBatch(maxBatch: number, single: readonly TensorInput[]): number {
  const itemBytes = single.flatMap(({ data }) => data).reduce((total, { byteLength }) => total + byteLength, 0);
  return Math.min(maxBatch, Math.max(1, Math.floor(maxRunBytes / Math.max(1, itemBytes))));
}

/** Measures sizes until the time is spent, but at least the first one. `noise` is that of the noisiest point. */
export async function measureWithin(
  budgetMs: number,
  sizes: readonly number[],
  measure: MeasureSize,
): Promise<{ readonly points: readonly ProfilePoint[]; readonly leftMs: number; readonly noise: number }> {
  const points: ProfilePoint[] = [];
  let [leftMs, noisiest] = [budgetMs, 0];
  for (const batch of sizes) {
    if (points.length > 0 && leftMs < 0) break;
    const { point, spentMs, noise } = await measure(batch).catch((error: unknown) => {
      throw batchError(error, batch);
    });
    points.push(point);
    leftMs -= spentMs;
    noisiest = Math.max(noisiest, noise);
  }
  return { points, leftMs, noise: noisiest };
}

/** Adds a hint to the failure of a batch: a graph may declare a dynamic batch, but contain a fixed number of items. */
function batchError(error: unknown, batch: number): unknown {
  if (batch === 1 || !(error instanceof ParetoError) || error.code !== 'failed-precondition') return error;
  const hint = 'register the model with --max-batch-size 0 if it accepts only one item at a time';
  return new ParetoError(error.code, `batch size ${batch}: ${error.message}; ${hint}`, { cause: error });
}

/**
 * Checks on a device that nodes run there, and returns their number by provider. Returns an empty record on the cpu.
 */
async function checkProvider(
  executor: Executor,
  request: RunnableRequest,
  slot: MeasurementSlot,
): Promise<NodesByProvider> {
  const provider = executor.providerUsed;
  if (!isDeviceProvider(provider)) return {};
  const inputs = await request.inputsOf(1);
  await slot.renew();
  const nodesByProvider = await slot.run(() => executor.nodesByProvider(inputs));
  slot.release();
  if ((nodesByProvider[provider] ?? 0) > 0) return nodesByProvider;
  const nodes = Object.values(nodesByProvider).reduce((total, count) => total + count, 0);
  const where = Object.keys(nodesByProvider).join(' and ');
  throw new ParetoError(
    'failed-precondition',
    `${provider} was requested, but all ${nodes} nodes ran on the ${where}: ${provider} has no kernels for this model`,
  );
}

/**
 * Returns the mean relative error of predictions between measured sizes. Undefined if there are none, and on devices,
 * where batches are padded to a measured size.
 */
async function measurePredictionError(
  executor: Executor,
  points: readonly ProfilePoint[],
  { predict }: ProfileRequest,
  measure: MeasureSize,
  leftMs: number,
): Promise<number | undefined> {
  if (isDeviceProvider(executor.providerUsed)) return undefined;
  const sizes = sizesBetween(points.map(({ batch }) => batch));
  if (sizes.length === 0 || leftMs <= 0) return undefined;
  const tried = await measureWithin(leftMs, sizes, measure);
  const errors = tried.points.map(({ batch, p50Ms }) => Math.abs(predict(points, batch) - p50Ms) / p50Ms);
  return errors.reduce((total, error) => total + error, 0) / errors.length;
}
