// Builds variants with the fields that the quick start reads.

import type { wire } from '@pareto/protocol';
import { fakeMeasurement, fakeVariant } from '../support/fake-description.js';

/** Builds a variant whose first measurement has no accuracy. Without `accuracy`, it has no other one. */
export function variantOf(
  name: string,
  costPer1k: number,
  accuracy: number | undefined,
  rest: Partial<wire.Variant> = {},
): wire.Variant {
  const unmeasured = { ...fakeMeasurement({ name }), accuracy: null };
  const measurements = accuracy === undefined ? [unmeasured] : [unmeasured, fakeMeasurement({ name, accuracy })];
  return { ...fakeVariant({ name, costPer1k }), measurements, ...rest };
}

/** `large` has a front of two variants; one variant of `small` is both the cheapest and the most accurate. */
export const family: readonly wire.Variant[] = [
  variantOf('large:original', 100, 0.993),
  variantOf('large:int8', 30, 0.992),
  variantOf('large:fp16', 110, 0.993, { dominatedBy: 'large:original' }),
  variantOf('expensive:original', 50, 0.98),
  variantOf('middle:original', 10, 0.985),
  variantOf('small:int8', 2, 0.98),
  variantOf('small:original', 3, 0.98),
  variantOf('tiny:original', 1, 0.96),
  variantOf('failed:original', 0, undefined),
  variantOf('denied:original', 0.1, 0.999, { denied: 'wrong on sevens' }),
  variantOf('killer:original', 0.1, 0.999, { quarantineReason: 'killed three executors' }),
];
