// The registry in the form that decisions use: current versions with their measurements. Pure, over the mirror's
// records.

import {
  fallbackObjective,
  groupBy,
  priceOf,
  type Architecture,
  type Assignment,
  type Measurement,
  type Milliseconds,
  type PriceTable,
  type RecipeOutcome,
  type SelectionRule,
  type Task,
  type Variant,
  type VariantId,
  type VariantSpec,
  type WarmthRule,
  type WorkerId,
} from '@pareto/core';
import { costPer1k, type PlacementArchitecture, type PlacementVariant } from '@pareto/policy';
import type { RecordView } from '../storage/record-tables.js';
import type { RecordKind } from '../storage/records.js';

/** A view of the registry. Its maps are the same objects as long as nothing in them changes. */
export interface RegistryView {
  readonly tasks: ReadonlyMap<string, Task>;
  /** Versions by architecture, ascending. */
  readonly architectures: ReadonlyMap<string, readonly Architecture[]>;
  /** Outcomes of the recipes of current versions, by architecture. */
  readonly outcomes: ReadonlyMap<string, readonly RecipeOutcome[]>;
  /** Variants of current versions. Dominated ones are marked here and, for older versions in use, in `versions`. */
  readonly variants: ReadonlyMap<VariantId, PlacementVariant>;
  /** Variants of all versions, by `versionKey`. */
  readonly versions: ReadonlyMap<string, PlacementVariant>;
  /** Assignments in force, by worker. */
  readonly assignments: ReadonlyMap<WorkerId, readonly Assignment[]>;
  /** Older versions in use, by architecture, ascending. Architectures without any are missing. */
  readonly older: ReadonlyMap<string, readonly number[]>;
  /** Pins and denials in force. */
  readonly rules: readonly SelectionRule[];
  /** Warmth rules in force. */
  readonly warmthRules: readonly WarmthRule[];
}

/** The registry without rules and marks. */
export type PlainRegistry = Omit<RegistryView, 'older' | 'rules' | 'warmthRules'>;

export const versionKey = (id: VariantId, version: number): string => `${id}/${version}`;

/** Kinds of records that the view is computed from, without the assignments. */
const catalogueKinds: readonly RecordKind[] = ['tasks', 'architectures', 'outcomes', 'variants', 'measurements'];

/** Returns the view, in which the parts without touched records are those of `before`. */
export function viewRegistry(
  records: RecordView,
  before: PlainRegistry | undefined,
  touched: ReadonlySet<RecordKind>,
): PlainRegistry {
  const sameCatalogue = before !== undefined && !catalogueKinds.some((kind) => touched.has(kind));
  const sameAssignments = before !== undefined && !touched.has('assignments');
  return {
    ...(sameCatalogue ? before : viewCatalogue(records)),
    assignments: sameAssignments ? before.assignments : viewAssignments(records, before?.assignments),
  };
}

function viewCatalogue(records: RecordView): Omit<PlainRegistry, 'assignments'> {
  const tasks = new Map([...records.tasks.values()].map(({ value }) => [value.name, value]));
  const byName = groupBy(values(records.architectures), ({ name }) => name);
  const architectures = new Map(Array.from(byName, ([name, all]) => [name, all.toSorted(ascending)]));
  const isCurrent = (name: string, version: number): boolean => architectures.get(name)?.at(-1)?.version === version;
  const outcomes = groupBy(
    values(records.outcomes).filter(({ architecture, version }) => isCurrent(architecture, version)),
    ({ architecture }) => architecture,
  );
  const measurements = groupBy(values(records.measurements), (m) => versionKey(m.variant, m.version));
  const variants = new Map<VariantId, PlacementVariant>();
  const versions = new Map<string, PlacementVariant>();
  for (const variant of values(records.variants)) {
    const key = versionKey(variant.id, variant.version);
    const own = { variant, measurements: measurements.get(key) ?? [], dominatedBy: undefined, dominatedWithin: false };
    versions.set(key, own);
    if (isCurrent(variant.architecture, variant.version)) variants.set(variant.id, own);
  }
  return { tasks, architectures, outcomes, variants, versions };
}

const ascending = (a: Architecture, b: Architecture): number => a.version - b.version;

type Assignments = RegistryView['assignments'];

/** Groups the assignments by worker. A worker whose assignments did not change keeps the same list. */
function viewAssignments(records: RecordView, before: Assignments | undefined): Assignments {
  const groups = groupBy(values(records.assignments), ({ worker }) => worker);
  return new Map(
    Array.from(groups, ([worker, group]) => {
      const known = before?.get(worker);
      const isSame = known?.length === group.length && known.every((one, i) => one === group[i]);
      return [worker, isSame ? known : group];
    }),
  );
}

/** Returns a version of an architecture. Undefined if it was deleted. */
export const architectureOf = (
  { architectures }: Pick<RegistryView, 'architectures'>,
  name: string,
  version: number,
): Architecture | undefined => architectures.get(name)?.find((one) => one.version === version);

/** Returns the variants of one version of an architecture. */
export const variantsOfVersion = (
  { versions }: Pick<RegistryView, 'versions'>,
  { name, version }: Pick<Architecture, 'name' | 'version'>,
): readonly PlacementVariant[] =>
  [...versions.values()].filter(({ variant }) => variant.architecture === name && variant.version === version);

/** Returns the spec of a variant. Undefined if its architecture was deleted. */
export function specOf(view: RegistryView, variant: Variant): VariantSpec | undefined {
  const architecture = architectureOf(view, variant.architecture, variant.version);
  if (architecture === undefined) return undefined;
  const { id, version, provider, option, modelDigest, manifest } = variant;
  const { signature, maxBatchSize, labels } = architecture;
  return { variant: id, version, provider, option, modelDigest, manifest, signature, maxBatchSize, labels };
}

export const latencyOf = (view: RegistryView, task: string): Milliseconds =>
  view.tasks.get(task)?.defaultObjective.latencyMs ?? fallbackObjective.latencyMs;

/**
 * Returns the cost in USD per 1,000 answers. Undefined if the measurement has no latencies or its hardware class has no
 * price.
 */
export function costOf(measurement: Measurement, prices: PriceTable, latencyMs: Milliseconds): number | undefined {
  const price = priceOf(prices, measurement.hardwareClass);
  if (measurement.result.kind === 'failed' || price === undefined) return undefined;
  if (measurement.result.profile.points.length === 0) return undefined;
  return costPer1k(measurement.result.profile, price, 1, latencyMs);
}

const values = <T>(records: ReadonlyMap<string, { readonly value: T }>): readonly T[] =>
  Array.from(records.values(), ({ value }) => value);

/** Returns the current version of each architecture, with the outcomes of its recipes. */
export const currentVersions = ({ architectures, outcomes }: RegistryView): readonly PlacementArchitecture[] =>
  [...architectures].flatMap(([name, versions]) =>
    versions.slice(-1).map((architecture) => ({ architecture, outcomes: outcomes.get(name) ?? [] })),
  );
