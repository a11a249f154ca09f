// The registry in the form that decisions use: current versions with their measurements. Pure, over the mirror's
// records.

import {
  architectureNameOf,
  fallbackObjective,
  groupBy,
  priceOf,
  sameItems,
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
  type WorkerInfo,
} from '@pareto/core';
import { costPer1k, type PlacementArchitecture, type PlacementVariant } from '@pareto/policy';
import type { RecordView } from '../storage/record-tables.js';
import { currentVersion } from './name-claims.js';
import { workerKey, type RecordKind } from '../storage/records.js';
import { groupKey, type VariantGroups } from './variant-groups.js';

/** A view of the registry. Its maps are the same objects as long as nothing in them changes. */
export interface RegistryView {
  readonly tasks: ReadonlyMap<string, Task>;
  /** Versions by architecture: the current one last, the others ascending. */
  readonly architectures: ReadonlyMap<string, readonly Architecture[]>;
  /** Outcomes of the recipes of current versions, by architecture. */
  readonly outcomes: ReadonlyMap<string, readonly RecipeOutcome[]>;
  /** Variants of current versions. Dominated ones are marked here and, for older versions in use, in `versions`. */
  readonly variants: ReadonlyMap<VariantId, PlacementVariant>;
  /** Variants of all versions, by `versionKey`. A new map whenever anything of the above changes. */
  readonly versions: ReadonlyMap<string, PlacementVariant>;
  /** Variants of each version of an architecture, the same as in `versions`. */
  readonly groups: VariantGroups;
  /** Assignments in force, by worker. */
  readonly assignments: ReadonlyMap<WorkerId, readonly Assignment[]>;
  /** Versions in use that are not current, by architecture, ascending. Architectures without any are missing. */
  readonly older: ReadonlyMap<string, readonly number[]>;
  /** Pins and denials in force. */
  readonly rules: readonly SelectionRule[];
  /** Warmth rules in force. */
  readonly warmthRules: readonly WarmthRule[];
}

/** The registry without rules and marks. */
export type PlainRegistry = Pick<RegistryView, 'tasks' | 'architectures' | 'outcomes' | 'groups' | 'assignments'>;

export const versionKey = (id: VariantId, version: number): string => `${id}/${version}`;

/** Returns the view, in which the parts without touched records are those of `before`. */
export function viewRegistry(
  records: RecordView,
  before: PlainRegistry | undefined,
  touched: ReadonlySet<RecordKind>,
  viewGroups: (records: RecordView) => VariantGroups,
): PlainRegistry {
  const reuse = <T>(part: T | undefined, kinds: readonly RecordKind[], view: () => T): T =>
    part === undefined || kinds.some((kind) => touched.has(kind)) ? view() : part;
  const architectures = reuse(before?.architectures, ['architectures', 'names'], () => viewArchitectures(records));
  return {
    tasks: reuse(before?.tasks, ['tasks'], () => new Map(values(records.tasks).map((task) => [task.name, task]))),
    architectures,
    outcomes: reuse(before?.outcomes, ['outcomes', 'architectures', 'names'], () =>
      viewOutcomes(records, architectures),
    ),
    groups: reuse(before?.groups, ['variants', 'measurements'], () => viewGroups(records)),
    assignments: reuse(before?.assignments, ['assignments', 'workers'], () =>
      viewAssignments(records, before?.assignments),
    ),
  };
}

/** Returns the versions of all architectures: the current one last, the others ascending. */
export function viewArchitectures(records: Pick<RecordView, 'architectures' | 'names'>): RegistryView['architectures'] {
  const byName = groupBy(values(records.architectures), ({ name }) => name);
  return new Map(Array.from(byName, ([name, all]) => [name, currentLast(all, currentVersion(records, name))]));
}

function currentLast(all: readonly Architecture[], current: number): readonly Architecture[] {
  const isCurrent = ({ version }: Architecture): boolean => version === current;
  return [...all.filter((one) => !isCurrent(one)).toSorted(ascending), ...all.filter(isCurrent)];
}

const viewOutcomes = (records: RecordView, architectures: RegistryView['architectures']): RegistryView['outcomes'] =>
  groupBy(
    values(records.outcomes).filter((one) => architectures.get(one.architecture)?.at(-1)?.version === one.version),
    ({ architecture }) => architecture,
  );

const ascending = (a: Architecture, b: Architecture): number => a.version - b.version;

type Assignments = RegistryView['assignments'];

/** Groups the assignments by worker. A worker whose assignments did not change keeps the same list. */
function viewAssignments(records: RecordView, before: Assignments | undefined): Assignments {
  const groups = groupBy(values(records.assignments), ({ worker }) => worker);
  return new Map(
    Array.from(groups, ([worker, stored]) => {
      const info = records.workers.get(workerKey(worker))?.value.info;
      const group = info === undefined ? stored : stored.map((one) => onWorker(one, info));
      const known = before?.get(worker);
      return [worker, known !== undefined && sameItems(known, group) ? known : group];
    }),
  );
}

const moved = new WeakMap<Assignment, Assignment>();

/**
 * Returns the assignment with the hardware class on which the worker runs it: a worker that was restarted on other
 * hardware keeps its assignments. The same assignment and class give the same object.
 */
export function onWorker(assignment: Assignment, { slotGroups }: Pick<WorkerInfo, 'slotGroups'>): Assignment {
  const { hardwareClass } = assignment;
  if (slotGroups.some((group) => group.hardwareClass.id === hardwareClass)) return assignment;
  const own = slotGroups.find((group) => hardwareClass.startsWith(`${group.hardwareClass.provider}/`));
  if (own === undefined) return assignment;
  const { id } = own.hardwareClass;
  const known = moved.get(assignment);
  if (known?.hardwareClass === id) return known;
  const next = { ...assignment, hardwareClass: id };
  moved.set(assignment, next);
  return next;
}

/** Returns the task of a target, which is a task, an architecture or a variant. Undefined if there is none. */
export function taskOfTarget(
  { tasks, architectures }: Pick<RegistryView, 'tasks' | 'architectures'>,
  target: string,
): string | undefined {
  return tasks.has(target) ? target : architectures.get(architectureNameOf(target))?.[0]?.task;
}

/** Returns a version of an architecture. Undefined if it was deleted. */
export const architectureOf = (
  { architectures }: Pick<RegistryView, 'architectures'>,
  name: string,
  version: number,
): Architecture | undefined => architectures.get(name)?.find((one) => one.version === version);

/** Returns the variants of one version of an architecture. */
export const variantsOfVersion = (
  { groups }: Pick<RegistryView, 'groups'>,
  { name, version }: Pick<Architecture, 'name' | 'version'>,
): readonly PlacementVariant[] => groups.get(groupKey(name, version)) ?? [];

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
