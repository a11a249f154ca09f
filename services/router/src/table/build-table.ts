// The immutable routing table, built from rows. Pure.

import {
  hardwareClassId,
  replicaId,
  usdPerHour,
  variantId,
  workerId,
  type Architecture,
  type Candidate,
  type Profile,
  type ReplicaRoute,
  type RoutingTable,
  type Signature,
  type TableVersion,
  type TargetEntry,
  type Task,
} from '@pareto/core';
import { accuracyFromWire, architectureFromWire, profileFromWire, taskFromWire, type wire } from '@pareto/rpc';

/** Rows by kind, in domain types. */
interface Sorted {
  readonly tasks: readonly Task[];
  readonly architectures: readonly Architecture[];
  readonly variants: readonly wire.VariantRow[];
  readonly profiles: ReadonlyMap<string, Profile>;
  readonly replicas: readonly wire.ReplicaRow[];
  readonly routers: ReadonlyMap<string, string>;
}

const noSignature: Signature = { inputs: [], outputs: [], batched: false };

export function buildTable(version: TableVersion, rows: Iterable<wire.TableRow>): RoutingTable {
  const sorted = sortRows([...rows]);
  const replicas = sorted.replicas.map(toRoute);
  const byVariant = groupBy(replicas, (_, i) => routeKey(sorted.replicas[i]));
  const candidates = sorted.variants
    .map((row) => toCandidate(row, sorted, byVariant.get(routeKey(row)) ?? []))
    .toSorted(cheapestFirst)
    .map((candidate, index) => ({ ...candidate, index }));
  return { version, targets: listTargets(sorted, candidates), candidates, replicas, routers: sorted.routers };
}

function sortRows(rows: readonly wire.TableRow[]): Sorted {
  return {
    tasks: rows.flatMap(({ task }) => (task ? [taskFromWire(task)] : [])),
    architectures: rows.flatMap(({ architecture }) => (architecture ? [architectureFromWire(architecture)] : [])),
    variants: rows.flatMap(({ variant }) => variant ?? []),
    profiles: new Map(
      rows.flatMap(({ profile }) => (profile?.profile ? [[profile.digest, toProfile(profile.profile)]] : [])),
    ),
    // Only what can be called: the others are the controller's business.
    replicas: rows.flatMap(({ replica }) => (replica?.state === 'READY' ? [replica] : [])),
    routers: new Map(rows.flatMap(({ router }) => (router ? [[router.routerId, router.address]] : []))),
  };
}

const profiles = new WeakMap<wire.Profile, Profile>();

/** The same profile for the same row, from one table to the next. */
function toProfile(message: wire.Profile): Profile {
  const profile = profiles.get(message) ?? profileFromWire(message);
  profiles.set(message, profile);
  return profile;
}

const routeKey = (row: wire.ReplicaRow | wire.VariantRow | undefined): string =>
  `${row?.variant} ${row?.version} ${row?.hardwareClass}`;

const toRoute = (row: wire.ReplicaRow, slot: number): ReplicaRoute => ({
  id: replicaId(row.replicaId),
  slot,
  worker: workerId(row.workerId),
  address: row.address,
  ready: true,
  batchCeiling: Math.max(1, row.batchCeiling),
});

function toCandidate(row: wire.VariantRow, sorted: Sorted, replicas: readonly ReplicaRoute[]): Candidate {
  const architecture = sorted.architectures.find((a) => a.name === row.architecture && a.version === row.version);
  return {
    index: 0,
    variant: variantId(row.variant),
    architecture: row.architecture,
    version: row.version,
    recipe: row.recipe,
    hardwareClass: hardwareClassId(row.hardwareClass),
    accuracy: accuracyFromWire(row.accuracy),
    profile: sorted.profiles.get(row.profileDigest),
    costPer1k: row.costPer_1k > 0 ? row.costPer_1k : undefined,
    usdPerHour: row.usdPerHour > 0 ? usdPerHour(row.usdPerHour) : undefined,
    maxBatchSize: architecture?.maxBatchSize ?? 0,
    placeable: row.placeable,
    quarantineReason: row.quarantineReason === '' ? undefined : row.quarantineReason,
    replicas,
  };
}

function cheapestFirst(a: Candidate, b: Candidate): number {
  if (a.costPer1k === b.costPer1k) return a.variant < b.variant ? -1 : 1;
  return (a.costPer1k ?? Infinity) - (b.costPer1k ?? Infinity);
}

function listTargets(sorted: Sorted, candidates: readonly Candidate[]): ReadonlyMap<string, TargetEntry> {
  const tasks = new Map(sorted.tasks.map((task) => [task.name, task]));
  const byArchitecture = groupBy(candidates, (candidate) => candidate.architecture);
  const architectures = [...groupBy(sorted.architectures, ({ name }) => name)];
  const entries: TargetEntry[] = [];
  for (const task of tasks.values()) {
    const own = new Set(sorted.architectures.filter((each) => each.task === task.name).map(({ name }) => name));
    entries.push(
      taskEntry(
        task,
        candidates.filter((candidate) => own.has(candidate.architecture)),
      ),
    );
  }
  for (const [name, versions] of architectures) {
    entries.push(...architectureEntries(tasks, versions, byArchitecture.get(name) ?? []));
  }
  return new Map(entries.map((entry) => [entry.name, entry]));
}

function taskEntry(task: Task, candidates: readonly Candidate[]): TargetEntry {
  const { name, metric, defaultObjective, signature = noSignature } = task;
  const maxBatchSize = largestBatch(candidates);
  return {
    kind: 'task',
    name,
    task: name,
    versions: [1],
    signature,
    metric,
    defaultObjective,
    maxBatchSize,
    candidates,
  };
}

/** An architecture and its variants. */
function architectureEntries(
  tasks: ReadonlyMap<string, Task>,
  versions: readonly Architecture[],
  candidates: readonly Candidate[],
): readonly TargetEntry[] {
  const ascending = versions.toSorted((a, b) => a.version - b.version);
  const current = ascending.at(-1);
  const task = tasks.get(current?.task ?? '');
  if (current === undefined || task === undefined) return [];
  const base = {
    task: task.name,
    versions: ascending.map(({ version }) => version),
    signature: current.signature,
    metric: task.metric,
    defaultObjective: namedObjective(task),
  };
  const entry = (kind: TargetEntry['kind'], name: string, own: readonly Candidate[]): TargetEntry => ({
    ...base,
    kind,
    name,
    maxBatchSize: largestBatch(own),
    candidates: own,
  });
  const variants = groupBy(candidates, ({ variant }) => variant);
  return [
    entry('architecture', current.name, candidates),
    ...Array.from(variants, ([name, own]) => entry('variant', name, own)),
  ];
}

/** Who names a model has chosen its accuracy and price: of the task's default objective only the rest applies. */
function namedObjective({ defaultObjective }: Task): TargetEntry['defaultObjective'] {
  return { ...defaultObjective, minAccuracy: undefined, maxCostPer1k: undefined };
}

function groupBy<K, V>(values: readonly V[], keyOf: (value: V, index: number) => K): ReadonlyMap<K, readonly V[]> {
  const groups = new Map<K, V[]>();
  for (const [index, value] of values.entries()) {
    const key = keyOf(value, index);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return groups;
}

const largestBatch = (candidates: readonly Candidate[]): number =>
  Math.max(0, ...candidates.map(({ maxBatchSize }) => maxBatchSize));
