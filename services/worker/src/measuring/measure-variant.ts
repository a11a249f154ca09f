// Measures a variant on this worker: its profile, and its accuracy on the task's validation set.

import { join } from 'node:path';
import { graphFile, type BlobCache } from '@pareto/blobs';
import {
  bytes,
  environmentOf,
  publicText,
  milliseconds,
  ParetoError,
  type Measurement,
  type Profile,
} from '@pareto/core';
import { p50At } from '@pareto/policy';
import { measureBuckets, measureLoadTimes, measureProfile, type Executor } from '@pareto/runtime';
import type { ClassNames } from '@pareto/models';
import type { Logger } from '@pareto/telemetry';
import type { MeasureOrder } from '../orders/desired-state.js';
import type { StepContext } from '../orders/step-context.js';
import type { ClassSlots, DeviceSlots } from '../devices/device-slots.js';
import { measureQuality, type Quality, type QualityRequest } from './measure-quality.js';
import { RetryableError, asRetryable } from '../orders/retryable-error.js';
import { openSet, type SetDeps } from '../sampling/open-set.js';
import { repeatedRows } from '../sampling/samples.js';
import { openFile, openModel } from '../blobs/opened-files.js';
import { trackStepMemory, endOnAbort, loadInBackground, type BackgroundDeps } from '../sampling/background-executor.js';
import { withTimeout } from '../orders/with-timeout.js';
import { loadLabels } from '../requests/load-labels.js';
import { measureRows } from '../rows/measure-rows.js';

export interface MeasureDeps extends BackgroundDeps, SetDeps {
  readonly cache: BlobCache;
  readonly slots: DeviceSlots;
  readonly runtimeVersion: string;
  /** Approximate total time of the profiling runs of one variant. */
  readonly profileMs: number;
  readonly logger: Logger;
}

/** Time limit without the download of files. A large validation set takes long on a slow device. */
const timeLimit = milliseconds(3_600_000);

/**
 * Measures a variant. Rejects if the files cannot be fetched or the signal aborts, so that the caller retries. A
 * failure of the model is a result.
 */
export async function measureVariant(
  order: MeasureOrder,
  deps: MeasureDeps,
  context: StepContext,
): Promise<Measurement> {
  const { spec, hardwareClass } = order;
  const classSlots = deps.slots.of(order);
  const environment = environmentOf(deps.runtimeVersion, classSlots.group);
  const named = { variant: spec.variant, version: spec.version, hardwareClass, environment };
  try {
    return { ...named, result: await measure(order, classSlots, deps, context) };
  } catch (error) {
    if (context.signal.aborted || error instanceof RetryableError || isCausedByOtherModel(error)) throw error;
    return { ...named, result: { kind: 'failed', reason: publicText(error) } };
  }
}

/** Returns whether another model ended the process that they share. */
const isCausedByOtherModel = (error: unknown): boolean => error instanceof ParetoError && error.code === 'unavailable';

async function measure(
  order: MeasureOrder,
  classSlots: ClassSlots,
  deps: MeasureDeps,
  { reportProgress, signal }: StepContext,
): Promise<Measurement['result']> {
  const { cache, clock } = deps;
  const { spec, validation } = order;
  requireProvider(spec.provider, classSlots);
  reportProgress('fetching');
  await using model = await asRetryable(() => openModel(cache, spec.manifest, signal));
  await using set = await asRetryable(() => openFile(cache, validation, signal));
  await using original = await asRetryable(() => openModel(cache, set && order.original?.manifest, signal));
  const classNames = set && Object.fromEntries(await asRetryable(() => loadLabels(cache, spec.labels, signal)));
  const paths = { modelPath: model?.path ?? '', validationPath: set?.path, originalPath: original?.path, classNames };
  return await withTimeout({ limit: timeLimit, clock, signal }, (bounded) =>
    measureHere(order, classSlots, deps, { ...paths, reportProgress, signal: bounded }),
  );
}

function requireProvider(provider: string, { group }: ClassSlots): void {
  if (group.hardwareClass.provider === provider) return;
  const message = `this worker has no slots for ${provider}; start it with --providers ${provider} or --providers auto`;
  throw new ParetoError('failed-precondition', message);
}

interface MeasurementPaths extends StepContext {
  readonly modelPath: string;
  readonly validationPath: string | undefined;
  readonly classNames: ClassNames | undefined;
  /** Model to compare the outputs with. Undefined if there is none. */
  readonly originalPath: string | undefined;
}

async function measureHere(
  order: MeasureOrder,
  { tokens }: ClassSlots,
  deps: MeasureDeps,
  paths: MeasurementPaths,
): Promise<Measurement['result']> {
  const { pool, clock, runtimeVersion, profileMs, stepMemory } = deps;
  const { modelPath, validationPath, classNames, reportProgress, signal } = paths;
  const { manifest, provider, option, signature, maxBatchSize: maxBatch } = order.spec;
  // Read before anything runs, so that an unsuitable set is reported soon.
  const request = { signature, metric: order.metric, classNames, signal };
  await using set =
    validationPath === undefined ? undefined : await openSet(deps, { ...request, file: validationPath });
  reportProgress('loading');
  const modelFolder = modelPath.slice(0, -graphFile(manifest).path.length);
  const files = manifest.files.map(({ path }) => join(modelFolder, path));
  const options = { modelPath, provider, option, threads: 1, memoryLimitBytes: deps.memoryLimitBytes() };
  const load = async (): Promise<Executor> => {
    const loaded = await pool.load(options, signal);
    trackStepMemory(loaded, stepMemory);
    endOnAbort(loaded, signal);
    return loaded;
  };
  const deviceBytesBefore = await pool.deviceMemory(provider);
  const { executor, coldLoadMs } = await measureLoadTimes(load, files);
  await using _executor = executor;
  reportProgress('measuring latency');
  const predict: Parameters<typeof measureProfile>[1]['predict'] = (points, batch) => p50At({ points }, batch);
  const inputsOf = set && ((batch: number) => repeatedRows(set, signature, batch));
  const shared = { tokens, loads: pool.loads, predict, inputsOf };
  // With synthetic samples the times are approximate anyway, so less time is spent on them.
  const effortMs = set === undefined ? Math.min(profileMs, syntheticProfileMs) : profileMs;
  const profiling = { signature, maxBatch, runtimeVersion, profileMs: effortMs, coldLoadMs, ...shared };
  const measured = await measureProfile(executor, profiling, clock, signal);
  const profile = withDeviceMemory(measured, deviceBytesBefore, await pool.deviceMemory(provider));
  const maxMeasuredBatch = profile.points.at(-1)?.batch ?? 1;
  const { validation } = order;
  const quality =
    set && validation !== undefined
      ? await qualityOf(order, { executor, tokens, maxBatch: maxMeasuredBatch, set, validation }, deps, paths)
      : unknownQuality;
  // Last, because clients choose the shapes: a model that fails for one of them still serves.
  const shaped = await measureBuckets(executor, profile, { ...profiling, buckets: order.buckets }, clock, signal);
  const rows = await measureRows({
    ...{ executor, profile: shaped, set, signature, tokens, modelPath, reader: deps.reader, clock },
    ...{ reportProgress, signal },
  });
  return { kind: 'measured', profile: { ...shaped, rows }, ...quality };
}

/** Returns the profile with the memory by which a device's models grew, if both are known and another model did not leave. */
const withDeviceMemory = (profile: Profile, before: number | undefined, after: number | undefined): Profile =>
  before === undefined || after === undefined || after <= before
    ? profile
    : { ...profile, deviceMemoryBytes: bytes(after - before) };

const syntheticProfileMs = 800;
const unknownQuality: Quality = { accuracy: undefined, agreement: undefined, scores: undefined };

async function qualityOf(
  { spec, metric }: MeasureOrder,
  target: Pick<QualityRequest, 'executor' | 'tokens' | 'maxBatch' | 'set' | 'validation'>,
  deps: MeasureDeps,
  { originalPath, reportProgress, signal }: MeasurementPaths,
): Promise<Quality> {
  await using original =
    originalPath === undefined ? undefined : await loadInBackground('the original', originalPath, deps, signal);
  return await measureQuality({ ...deps, ...target, spec, metric, original, reportProgress, signal });
}
