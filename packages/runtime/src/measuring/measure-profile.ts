// Measures what a variant takes on this hardware: latency by batch size, as the front process sees it.

import {
  bytes,
  ParetoError,
  type Clock,
  type Milliseconds,
  type Profile,
  type ProfilePoint,
  type Signature,
} from '@pareto/core';
import { batchSizes, sizesBetween } from './batch-sizes.js';
import { isDeviceProvider } from '../devices/device-provider.js';
import { findSamples } from './find-samples.js';
import type { LoadCount } from '../pool/executor-pool.js';
import type { Executor } from '../executors/executor.js';
import { measureBatch, warmExecutor } from './measure-batch.js';
import { measureEffort, type MeasureEffort } from './measure-effort.js';
import { createNoiseRetry, type Try } from './noise-retry.js';
import { createMeasurementSlot, type MeasurementSlot } from './measurement-slot.js';
import type { NodesByProvider } from '../executors/nodes-by-provider.js';
import type { TensorInput } from '../executors/run.js';
import type { SlotTokens } from '../devices/slot-tokens.js';

export interface ProfileRequest {
  readonly signature: Signature;
  /** The largest batch to measure; 0: the model has no batch dimension. */
  readonly maxBatch: number;
  readonly runtimeVersion: string;
  /** About how long the runs take together. */
  readonly profileMs: number;
  /** From `measureLoadTimes`, as the executor is. */
  readonly coldLoadMs: Milliseconds;
  /** Of the variant's hardware class. One is held for a run, and given up after it when others wait. */
  readonly tokens: SlotTokens;
  /** Of other models, on the same cores. */
  readonly loads: LoadCount;
  /** The median that decisions assume at a batch size, in ms. */
  readonly predict: (points: readonly ProfilePoint[], batch: number) => number;
  /** Real samples; made up ones if left out. */
  readonly inputsOf?: ((batch: number) => readonly TensorInput[]) | undefined;
}

/** With inputs, whatever they are. */
type Ready = ProfileRequest & { readonly inputsOf: (batch: number) => readonly TensorInput[] };

const budgetOf = ({ providerUsed }: Executor, { budgetMs, deviceBudgetMs }: MeasureEffort): number =>
  isDeviceProvider(providerUsed) ? deviceBudgetMs : budgetMs;
type MeasureSize = (batch: number) => Promise<Try>;

/**
 * Measures batches 1, 2, 4 … up to the ceiling, each warmed first, until the median is known well or its time is spent; then
 * some sizes between them, against what is predicted there. The runs take a few seconds in all: once these are spent, larger
 * batches are left out. On a device it first proves that the model runs there. A profile without points, and with the reason,
 * is of a model that refuses all inputs that were made up for it.
 * Throws `failed-precondition` with the reason when it doesn't, or doesn't run at all; `unavailable` when another model on the
 * device ended their process; rejects with the signal's reason when that aborts.
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
    return { ...(await loadOf(executor, request)), notRun: samples.reason };
  } finally {
    slot.release();
  }
}

async function measureRuns(
  executor: Executor,
  request: Ready,
  slot: MeasurementSlot,
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<Profile> {
  const effort = measureEffort(request.profileMs);
  const site = { slot, effort, clock };
  const retryNoisy = createNoiseRetry({
    ...{ retryMs: effort.retryMs, pid: executor.pid, loads: request.loads, clock, signal },
    spentMs: () => slot.spentMs,
  });
  const measure: MeasureSize = (batch) => {
    const inputs = request.inputsOf(batch);
    return retryNoisy(async () => {
      await slot.renew();
      const point = await measureBatch(executor, inputs, batch, site);
      slot.release();
      return point;
    });
  };
  const nodesByProvider = await proveItRuns(executor, request, slot);
  await warmExecutor(executor, request.inputsOf(1), site);
  const budgetMs = budgetOf(executor, effort);
  const { points, leftMs } = await measureWithin(budgetMs, batchSizes(request.maxBatch), measure);
  const predictionError = await tryPrediction(executor, points, request, measure, leftMs);
  return { ...(await loadOf(executor, request)), points, predictionError, nodesByProvider, shapes: shapesOf(request) };
}

/** What is known of a model that was loaded. */
async function loadOf(executor: Executor, { coldLoadMs, runtimeVersion }: ProfileRequest): Promise<Profile> {
  const memory = await executor.memory();
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

/** Of the inputs that have dynamic dimensions. */
function shapesOf(request: Ready): Profile['shapes'] {
  const { inputs, batched } = request.signature;
  const dynamic = new Set(inputs.filter(({ dims }) => dims.includes(-1)).map(({ name }) => name));
  const measured = request.inputsOf(1).filter(({ name }) => dynamic.has(name));
  return Object.fromEntries(measured.map(({ name, shape }) => [name, batched ? shape.slice(1) : shape]));
}

/** At least the first. */
async function measureWithin(
  budgetMs: number,
  sizes: readonly number[],
  measure: MeasureSize,
): Promise<{ readonly points: readonly ProfilePoint[]; readonly leftMs: number }> {
  const points: ProfilePoint[] = [];
  let leftMs = budgetMs;
  for (const batch of sizes) {
    if (points.length > 0 && leftMs < 0) break;
    const { point, spentMs } = await measure(batch).catch((error: unknown) => {
      throw ofBatch(error, batch);
    });
    points.push(point);
    leftMs -= spentMs;
  }
  return { points, leftMs };
}

/** A graph may say that its batch varies, and hold a number of items all the same. */
function ofBatch(error: unknown, batch: number): unknown {
  if (batch === 1 || !(error instanceof ParetoError) || error.code !== 'failed-precondition') return error;
  const hint = 'register it with --max-batch-size 0 if it takes one item at a time';
  return new ParetoError(error.code, `a batch of ${batch}: ${error.message}; ${hint}`, { cause: error });
}

/** On the cpu there is nowhere else to run: it isn't looked at. */
async function proveItRuns(executor: Executor, request: Ready, slot: MeasurementSlot): Promise<NodesByProvider> {
  const provider = executor.providerUsed;
  if (!isDeviceProvider(provider)) return {};
  await slot.renew();
  const nodesByProvider = await slot.run(() => executor.nodesByProvider(request.inputsOf(1)));
  slot.release();
  if ((nodesByProvider[provider] ?? 0) > 0) return nodesByProvider;
  const nodes = Object.values(nodesByProvider).reduce((total, count) => total + count, 0);
  const where = Object.keys(nodesByProvider).join(' and ');
  throw new ParetoError(
    'failed-precondition',
    `${provider} was asked for, but all ${nodes} nodes ran on the ${where}: it has no kernels for this model`,
  );
}

/** The mean relative error; undefined where nothing was tried. On devices a batch is filled up to a measured size. */
async function tryPrediction(
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
