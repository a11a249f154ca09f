// The writes that let a variant be measured again. Pure.

import type { Measurement } from '@pareto/core';
import type { Operation } from '@pareto/state';
import type { Stored } from '../storage/record-tables.js';
import { measurementKey, putRecord } from '../storage/records.js';

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
