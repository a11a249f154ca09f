// The variant records of an architecture's files. Pure.

import {
  formatVariant,
  originalRecipe,
  type Architecture,
  type Measurement,
  type RecipeOutcome,
  type Variant,
} from '@pareto/core';
import { missingVariants, variantsOf, type PlacementArchitecture, type PlacementVariant } from '@pareto/policy';
import type { Compare, Operation } from '@pareto/state';
import { remeasure } from './remeasure.js';
import { unchangedSince, type RecordView, type Stored } from '../storage/record-tables.js';
import { measurementsPrefix, putRecord, variantKey } from '../storage/records.js';

/** Returns the execution providers of all known workers, and always `cpu`. */
export function knownProviders({ workers }: RecordView): ReadonlySet<string> {
  const groups = [...workers.values()].flatMap(({ value }) => value.info.slotGroups).filter(({ slots }) => slots > 0);
  return new Set(['cpu', ...groups.map(({ hardwareClass }) => hardwareClass.provider)]);
}

/** Returns the variants of the trained model itself. */
export const originalVariants = (records: RecordView, architecture: Architecture): readonly Variant[] =>
  variantsOf(architecture, undefined, knownProviders(records));

export const originalId = ({ name }: Pick<Architecture, 'name'>): Variant['id'] =>
  formatVariant(name, originalRecipe, 'cpu');

export const variantRecords = ({ variants }: RecordView, of: ArchitectureVersion): readonly Variant[] =>
  valuesOf(variants, of);

export const outcomesOf = ({ outcomes }: RecordView, of: ArchitectureVersion): readonly RecipeOutcome[] =>
  valuesOf(outcomes, of);

type ArchitectureVersion = Pick<Architecture, 'name' | 'version'>;

const valuesOf = <T extends { readonly architecture: string; readonly version: number }>(
  records: ReadonlyMap<string, { readonly value: T }>,
  { name, version }: ArchitectureVersion,
): readonly T[] =>
  Array.from(records.values(), ({ value }) => value).filter(
    (one) => one.architecture === name && one.version === version,
  );

/** Returns the stored measurements of a version of a variant on all hardware classes. */
export const measurementsOf = (
  { measurements }: Pick<RecordView, 'measurements'>,
  { id, version }: Pick<Variant, 'id' | 'version'>,
): readonly Stored<Measurement>[] =>
  [...measurements.values()].filter(({ value }) => value.variant === id && value.version === version);

export interface VariantWrites {
  readonly compares: readonly Compare[];
  readonly operations: readonly Operation[];
}

/**
 * Returns the writes of variants that the outcomes imply and that are missing among `variants`, which are those of the
 * architecture. A variant of another file replaces the previous one and loses its measurements. Those of an original with
 * a fixed batch of one item stay in force until the new ones: its items take as long, with the same outputs.
 */
export function addMissing(
  records: RecordView,
  planned: PlacementArchitecture,
  variants: readonly Pick<PlacementVariant, 'variant'>[],
  providers: ReadonlySet<string>,
): VariantWrites {
  const missing = missingVariants(planned, variants, providers);
  const keyOf = ({ id, version }: Variant): string => variantKey(id, version);
  return {
    compares: missing.map((one) => unchangedSince(keyOf(one), records.variants.get(keyOf(one)))),
    operations: missing.flatMap((one): readonly Operation[] => {
      const put = putRecord(keyOf(one), one);
      if (!records.variants.has(keyOf(one))) return [put];
      if (one.recipe === originalRecipe && planned.architecture.fixedBatch === 1)
        return [put, ...measurementsOf(records, one).flatMap(remeasure)];
      return [put, { kind: 'delete-prefix', prefix: measurementsPrefix(one.id, one.version) }];
    }),
  };
}
