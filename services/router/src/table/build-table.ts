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
  type TableVersion,
  type Task,
} from '@pareto/core';
import { accuracyFromWire, architectureFromWire, profileFromWire, taskFromWire, type wire } from '@pareto/rpc';
import { groupBy } from './group-by.js';
import { listTargets } from './list-targets.js';

/** Rows by kind, in domain types. */
interface Sorted {
  readonly tasks: readonly Task[];
  readonly architectures: readonly Architecture[];
  /** By name and version. */
  readonly batchSizes: ReadonlyMap<string, number>;
  readonly variants: readonly wire.VariantRow[];
  readonly profiles: ReadonlyMap<string, Profile>;
  readonly replicas: readonly wire.ReplicaRow[];
  readonly routers: ReadonlyMap<string, string>;
}

export function buildTable(version: TableVersion, rows: Iterable<wire.TableRow>): RoutingTable {
  const sorted = sortRows([...rows]);
  const replicas = sorted.replicas.map(toRoute);
  const byVariant = groupBy(replicas, (_, i) => routeKey(sorted.replicas[i]));
  const candidates = sorted.variants
    .map((row) => toCandidate(row, sorted, byVariant.get(routeKey(row)) ?? []))
    .toSorted(cheapestFirst)
    .map((candidate, index) => ({ ...candidate, index }));
  return {
    version,
    targets: listTargets(sorted.tasks, sorted.architectures, candidates),
    candidates,
    replicas,
    routers: sorted.routers,
  };
}

function sortRows(rows: readonly wire.TableRow[]): Sorted {
  const architectures = rows.flatMap(({ architecture }) => (architecture ? [architectureFromWire(architecture)] : []));
  return {
    tasks: rows.flatMap(({ task }) => (task ? [taskFromWire(task)] : [])),
    architectures,
    batchSizes: new Map(architectures.map(({ name, version, maxBatchSize }) => [`${name} ${version}`, maxBatchSize])),
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
  batchCeiling: Math.max(1, row.batchCeiling),
});

function toCandidate(row: wire.VariantRow, sorted: Sorted, replicas: readonly ReplicaRoute[]): Candidate {
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
    maxBatchSize: sorted.batchSizes.get(`${row.architecture} ${row.version}`) ?? 0,
    placeable: row.placeable,
    quarantineReason: row.quarantineReason === '' ? undefined : row.quarantineReason,
    measurementError: row.measurementError === '' ? undefined : row.measurementError,
    replicas,
  };
}

function cheapestFirst(a: Candidate, b: Candidate): number {
  if (a.costPer1k === b.costPer1k) return a.variant < b.variant ? -1 : 1;
  return (a.costPer1k ?? Infinity) - (b.costPer1k ?? Infinity);
}
