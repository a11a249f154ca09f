// The writes that let variants be measured again. Pure.

import { architectureNameOf, dynamicBatch, type Measurement } from '@pareto/core';
import type { Operation } from '@pareto/state';
import type { RecordView, Stored } from '../storage/record-tables.js';
import { measurementKey, outcomeKey, putRecord } from '../storage/records.js';

/**
 * Marks a measurement as stale by an empty environment. It stays in force until the new one. A failed one is deleted,
 * whatever memory is in its key.
 */
export const remeasure = ({ key, value }: Stored<Measurement>): readonly Operation[] => {
  if (value.result.kind !== 'failed') return [putRecord(key, { ...value, environment: '' })];
  const own = measurementKey(value);
  return [
    { kind: 'delete', key: own },
    { kind: 'delete-prefix', prefix: `${own}/` },
  ];
};

/**
 * Returns the writes after an architecture got other samples, for all its versions. Profiles stay in force until the new
 * ones, without the accuracy on the samples before. Recipes that made no file are tried again, because some need samples.
 */
export function withOtherSamples({ measurements, outcomes }: RecordView, architecture: string): readonly Operation[] {
  const own = [...measurements.values()].filter(({ value }) => architectureNameOf(value.variant) === architecture);
  const others = own.filter(({ value }) => value.environment !== '' || withoutAccuracy(value) !== value);
  const untried = Array.from(outcomes.values(), ({ value }) => value).filter(
    (one) => one.architecture === architecture && one.recipe !== dynamicBatch && one.result.kind !== 'made',
  );
  return [
    ...others.flatMap(({ value, ...stored }) => remeasure({ ...stored, value: withoutAccuracy(value) })),
    ...untried.map((one): Operation => ({ kind: 'delete', key: outcomeKey(one) })),
  ];
}

/** Returns the measurement to store when it was not made on the samples of the task: it is made again. */
export const onOtherSamples = (measurement: Measurement): Measurement => ({
  ...withoutAccuracy(measurement),
  environment: '',
});

function withoutAccuracy(measurement: Measurement): Measurement {
  const { result } = measurement;
  if (result.kind === 'failed' || result.accuracy === undefined) return measurement;
  const { profile } = result;
  return { ...measurement, result: { kind: 'measured', profile, accuracy: undefined, agreement: undefined } };
}
