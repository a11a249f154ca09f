// The variants of each version of an architecture, with their measurements. Only those of architectures whose records
// changed are computed again.

import { architectureNameOf, groupBy, type Measurement, type Variant } from '@pareto/core';
import { noAccuracyMarks, type PlacementVariant } from '@pareto/policy';
import type { RecordView } from '../storage/record-tables.js';
import { createChangedRecords } from './changed-records.js';
import { replaceEntries } from './replace-entries.js';

/** Variants by the key of their architecture's version. A group is the same list as long as it does not change. */
export type VariantGroups = ReadonlyMap<string, readonly PlacementVariant[]>;

export const groupKey = (architecture: string, version: number): string => `${architecture}/${version}`;

type VariantRecords = Pick<RecordView, 'variants' | 'measurements'>;

/** Creates a function that returns the groups of the records, without marks of domination. */
export function createVariantGroups(): (records: VariantRecords) => VariantGroups {
  const changedVariants = createChangedRecords<Variant>();
  const changedMeasurements = createChangedRecords<Measurement>();
  let groups: VariantGroups = new Map();
  return (records) => {
    const names = new Set([
      ...changedVariants(records.variants).map(({ architecture }) => architecture),
      ...changedMeasurements(records.measurements).map(({ variant }) => architectureNameOf(variant)),
    ]);
    if (names.size === 0) return groups;
    const gone = [...groups].flatMap(([key, own]) =>
      own.some(({ variant }) => names.has(variant.architecture)) ? [key] : [],
    );
    groups = replaceEntries(groups, gone, groupVariants(records, names));
    return groups;
  };
}

/** Returns the groups of the architectures with the names. */
function groupVariants(records: VariantRecords, names: ReadonlySet<string>): VariantGroups {
  const variants = [...records.variants.values()].filter(({ value }) => names.has(value.architecture));
  const ids = new Set(variants.map(({ value }) => value.id));
  const measured = [...records.measurements.values()].filter(({ value }) => ids.has(value.variant));
  const measurements = groupBy(
    measured.map(({ value }) => value),
    ({ variant, version }) => `${variant}/${version}`,
  );
  const all = variants.map(({ value: variant }) => ({
    variant,
    measurements: measurements.get(`${variant.id}/${variant.version}`) ?? [],
    accuracyMarks: noAccuracyMarks,
    dominatedBy: undefined,
    dominatedWithin: false,
  }));
  return groupBy(all, ({ variant }) => groupKey(variant.architecture, variant.version));
}
