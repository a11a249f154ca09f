// Measures what a variant takes on this hardware: latency by batch size, as the front process sees it.

import {
  bytes,
  createSeededRng,
  elementBytes,
  elementCount,
  milliseconds,
  ParetoError,
  percentile,
  type Clock,
  type Milliseconds,
  type Profile,
  type ProfilePoint,
  type Signature,
  type TensorSpec,
} from '@pareto/core';
import type { Executor } from './executor.js';
import type { TensorInput } from './run.js';
import type { LoadCount } from './executor-pool.js';
import { bounded, type SlotTokens } from './slot-tokens.js';

export interface ProfileRequest {
  readonly signature: Signature;
  /** The largest batch to measure; 0: the model has no batch dimension. */
  readonly maxBatch: number;
  readonly runtimeVersion: string;
  /** Taken for each batch size and given back between them, so that others get their turn. */
  readonly tokens: SlotTokens;
  /** Of other models, on the same cores. */
  readonly loads: LoadCount;
}

const largestBatch = 64;
const warmFor = 50;
const warmRuns = 20;
const measureFor = 150;
const fewestRuns = 10;
/** Enough for a 99th percentile that one outlier doesn't make. */
const tightAfterRuns = 200;
const tightWithin = 0.02;
const totalBudget = 4000;
/** Of one batch size, where loads of other models keep disturbing it. */
const mostTries = 4;

/**
 * Measures batches 1, 2, 4 … up to the ceiling, each warmed first, until the median is known well or its time is spent. The
 * whole takes a few seconds at most: once the time is spent, larger batches are left out.
 * Throws `failed-precondition` with the reason when the model doesn't run.
 */
export async function measureProfile(executor: Executor, request: ProfileRequest, clock: Clock): Promise<Profile> {
  const points: ProfilePoint[] = [];
  let spent = 0;
  for (const batch of batchSizes(request.maxBatch)) {
    if (points.length > 0 && spent > totalBudget) break;
    const started = clock.now();
    points.push(await measureUndisturbed(executor, request, batch, clock));
    spent += clock.now() - started;
  }
  const memory = await executor.memory();
  return {
    points,
    loadMs: executor.loadMs,
    memoryBytes: bytes(memory?.peakPrivateBytes ?? 0),
    runtimeVersion: request.runtimeVersion,
    providerUsed: executor.providerUsed,
  };
}

/** Powers of two up to the ceiling, and the ceiling itself. */
export function batchSizes(maxBatch: number): readonly number[] {
  const ceiling = Math.min(largestBatch, Math.max(1, maxBatch));
  const sizes: number[] = [];
  for (let batch = 1; batch < ceiling; batch *= 2) sizes.push(batch);
  return [...sizes, ceiling];
}

/** Measured again when another model was loaded meanwhile. */
async function measureUndisturbed(
  executor: Executor,
  { signature, tokens, loads }: ProfileRequest,
  batch: number,
  clock: Clock,
): Promise<ProfilePoint> {
  for (let tries = 1; ; tries++) {
    using _token = bounded(await tokens.acquire(), clock);
    const { begun, underWay } = loads;
    const point = await measureBatch(executor, signature, batch, clock);
    if ((underWay === 0 && loads.begun === begun) || tries === mostTries) return point;
  }
}

async function measureBatch(
  executor: Executor,
  signature: Signature,
  batch: number,
  clock: Clock,
): Promise<ProfilePoint> {
  const inputs = sampleInputs(signature, batch);
  const time = (): Promise<number> => timeRun(executor, inputs, clock);
  await repeat(time, clock, (runs, spent) => runs >= warmRuns || spent > warmFor);
  const times = await repeat(time, clock, (runs, spent, all) => {
    if (spent > measureFor) return runs >= fewestRuns || spent > measureFor * fewestRuns;
    return runs >= tightAfterRuns && runs % 50 === 0 && medianIsTight(all);
  });
  const ascending = times.toSorted((a, b) => a - b);
  const at = (fraction: number): Milliseconds => milliseconds(percentile(ascending, fraction));
  return { batch, p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99), runs: times.length };
}

async function repeat(
  time: () => Promise<number>,
  clock: Clock,
  enough: (runs: number, spentMs: number, times: readonly number[]) => boolean,
): Promise<readonly number[]> {
  const started = clock.now();
  const times: number[] = [];
  do times.push(await time());
  while (!enough(times.length, clock.now() - started, times));
  return times;
}

/** The distribution-free 95 % interval of the median, by order statistics, is within 2 % of it. */
function medianIsTight(times: readonly number[]): boolean {
  const ascending = times.toSorted((a, b) => a - b);
  const half = (0.98 * Math.sqrt(times.length)) / times.length;
  return (
    percentile(ascending, 0.5 + half) - percentile(ascending, 0.5 - half) <= tightWithin * percentile(ascending, 0.5)
  );
}

async function timeRun(executor: Executor, inputs: readonly TensorInput[], clock: Clock): Promise<number> {
  const started = clock.now();
  const outcome = await executor.run({ inputs, outputs: [], expectedMs: undefined });
  if (outcome.kind === 'done') return clock.now() - started;
  const reason = outcome.kind === 'failed' ? outcome.message : outcome.death.reason;
  throw new ParetoError('failed-precondition', `the model doesn't run on sample inputs: ${reason}`);
}

/** Inputs of the right shape: floats in [0, 1), everything else zero; a dynamic dimension is 1. */
export function sampleInputs(signature: Signature, batch: number): readonly TensorInput[] {
  return signature.inputs.map((spec) => {
    const dims = spec.dims.map((dim) => Math.max(1, dim));
    const shape = signature.batched ? [batch, ...dims] : dims;
    return { name: spec.name, datatype: spec.datatype, shape, data: [sampleData(spec, elementCount(shape))] };
  });
}

function sampleData({ datatype }: TensorSpec, count: number): Uint8Array {
  if (datatype === 'BYTES') return Buffer.alloc(4 * count);
  const rng = createSeededRng(1);
  if (datatype === 'FP32') return new Uint8Array(Float32Array.from({ length: count }, rng).buffer);
  if (datatype === 'FP64') return new Uint8Array(Float64Array.from({ length: count }, rng).buffer);
  return Buffer.alloc(elementBytes[datatype] * count);
}
