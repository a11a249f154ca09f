// Measures one variant here: profile, and accuracy on the task's validation set, with the executor kind that will serve it.

import { errorText, ParetoError, type Accuracy, type Measurement, type Signature } from '@pareto/core';
import { createScorer, judgedOutput, readValidationSet, sliceRows, type ValidationSet } from '@pareto/models';
import { bounded, measureProfile, type Executor, type TensorInput } from '@pareto/runtime';
import type { MeasureOrder } from './assignments.js';
import { loadVariant, type LoadDeps } from './loaded-executor.js';

export interface MeasureDeps extends LoadDeps {
  readonly runtimeVersion: string;
  readonly memoryLimitBytes: () => number;
}

/** Rejects when the files could not be fetched or the signal aborts: then it is to be tried again. What the model does wrong is a result. */
export async function measureVariant(
  order: MeasureOrder,
  deps: MeasureDeps,
  signal: AbortSignal,
): Promise<Measurement> {
  const { variant, version } = order.spec;
  const named = { variant, version, hardwareClass: order.hardwareClass, environment: deps.runtimeVersion };
  try {
    return { ...named, result: await measure(order, deps, signal) };
  } catch (error) {
    if (signal.aborted || (error instanceof ParetoError && error.code === 'unavailable')) throw error;
    return { ...named, result: { kind: 'failed', reason: errorText(error) } };
  }
}

async function measure(order: MeasureOrder, deps: MeasureDeps, signal: AbortSignal): Promise<Measurement['result']> {
  const { spec } = order;
  const wish = { spec, memoryLimitBytes: deps.memoryLimitBytes() };
  await using executor = await loadVariant(deps, wish, signal);
  signal.addEventListener('abort', () => executor.kill({ kind: 'ended', reason: 'the measuring was called off' }), {
    once: true,
  });
  const { tokens, runtimeVersion, pool } = deps;
  const { signature, maxBatchSize: maxBatch } = spec;
  const request = { signature, maxBatch, runtimeVersion, tokens, loads: pool.loads };
  const profile = await measureProfile(executor, request, deps.clock);
  const accuracy = await measureAccuracy(order, executor, deps, signal);
  return { kind: 'measured', profile, accuracy, agreement: undefined };
}

const largestBatch = 64;

async function measureAccuracy(
  { spec, metric, validation }: MeasureOrder,
  executor: Executor,
  deps: MeasureDeps,
  signal: AbortSignal,
): Promise<Accuracy | undefined> {
  if (validation === undefined) return undefined;
  const file = await deps.cache.open(validation, signal);
  try {
    const set = await readValidationSet(file.path, spec.signature, metric);
    const judged = spec.signature.outputs.slice(judgedOutput(metric, spec.signature.outputs)).slice(0, 1);
    const signature = { ...spec.signature, outputs: judged };
    const batch = spec.signature.batched ? Math.min(largestBatch, spec.maxBatchSize) : 1;
    const scorer = createScorer(metric);
    for (let from = 0; from < set.samples; from += batch) {
      signal.throwIfAborted();
      const to = Math.min(from + batch, set.samples);
      using _token = bounded(await deps.tokens.acquire(signal), deps.clock);
      const output = await answerRows(executor, set, signature, from, to);
      scorer.add([output], sliceRows(set.labels, from, to));
    }
    return scorer.result();
  } finally {
    await file.release();
  }
}

type Tensor = ValidationSet['labels'];

/** The signature's first output for some samples, the samples in its first dimension. */
async function answerRows(
  executor: Executor,
  set: ValidationSet,
  signature: Signature,
  from: number,
  to: number,
): Promise<Tensor> {
  const inputs = [...set.inputs].map(([name, array]): TensorInput => {
    const { datatype, dims, data } = sliceRows(array, from, to);
    return { name, datatype, shape: signature.batched ? dims : dims.slice(1), data: [data] };
  });
  const outputs = signature.outputs.slice(0, 1).map(({ name }) => name);
  const outcome = await executor.run({ inputs, outputs, expectedMs: undefined });
  if (outcome.kind !== 'done') {
    const why = outcome.kind === 'failed' ? outcome.message : outcome.death.reason;
    throw new ParetoError('failed-precondition', `the model failed on the validation set: ${why}`);
  }
  const [output] = outcome.outputs;
  if (output === undefined)
    throw new ParetoError('failed-precondition', 'the model has no output to compare with the labels');
  const dims = signature.batched ? output.shape : [to - from, ...output.shape];
  return { datatype: output.datatype, dims, data: output.data };
}
