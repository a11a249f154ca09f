// Measures a loaded variant for inputs of other shapes than those of its profile.

import { batchSizes, ParetoError, type Clock, type Profile, type ShapeBucket } from '@pareto/core';
import type { Executor } from '../executors/executor.js';
import type { TensorInput } from '../executors/run.js';
import { measureEffort } from './measure-effort.js';
import { boundedBatch, budgetOf, createMeasureInputs, measureWithin, type ProfileRequest } from './measure-profile.js';
import { createMeasurementSlot } from './measurement-slot.js';
import { noiseMark } from './noise.js';
import { sampleInputs } from './sample-inputs.js';

export interface BucketRequest extends Pick<
  ProfileRequest,
  'signature' | 'maxBatch' | 'profileMs' | 'tokens' | 'loads'
> {
  readonly buckets: readonly ShapeBucket[];
}

/**
 * Returns the profile with its buckets, each measured with synthetic inputs for an equal share of the time. A bucket that
 * can't be measured keeps its points, because the model answers queries of other shapes all the same. Throws the error
 * of another model that ended the process, and the signal's reason if it aborts.
 */
export async function measureBuckets(
  executor: Executor,
  profile: Profile,
  request: BucketRequest,
  clock: Clock,
  signal?: AbortSignal,
): Promise<Profile> {
  const { signature, maxBatch, profileMs, tokens } = request;
  if (request.buckets.length === 0 || profile.points.length === 0) return profile;
  const slot = createMeasurementSlot(tokens, clock, signal);
  const measure = createMeasureInputs(executor, request, slot, clock, signal);
  const budgetMs = budgetOf(executor, measureEffort(profileMs)) / request.buckets.length;
  const buckets: ShapeBucket[] = [];
  let noisiest = profile.noise ?? 0;
  try {
    for (const bucket of request.buckets) {
      const inputsOf = (batch: number): readonly TensorInput[] => sampleInputs(signature, batch, bucket.shapes);
      try {
        const sizes = batchSizes(boundedBatch(maxBatch, inputsOf(1)));
        const { points, noise } = await measureWithin(budgetMs, sizes, (batch) => measure(inputsOf(batch), batch));
        buckets.push({ ...bucket, points });
        noisiest = Math.max(noisiest, noise);
      } catch (error) {
        if (signal?.aborted === true || !isOfModel(error)) throw error;
        buckets.push(bucket);
      }
    }
  } finally {
    slot.release();
  }
  return { ...profile, buckets, ...noiseMark(noisiest) };
}

/** Returns whether the model failed on the inputs, or they are too large. */
const isOfModel = (error: unknown): boolean =>
  error instanceof ParetoError && (error.code === 'failed-precondition' || error.code === 'invalid-argument');
