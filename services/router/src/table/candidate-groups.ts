// The candidates of the routing table, each made of a variant's row and the rows of its replicas. What no row has touched
// stays the same object, a candidate and an architecture's list of them.

import {
  hardwareClassId,
  replicaId,
  usdPerHour,
  variantId,
  workerId,
  type Candidate,
  type Profile,
  type ReplicaRoute,
} from '@pareto/core';
import { accuracyFromWire, type wire } from '@pareto/rpc';
import { createIndexAllocator } from './index-allocator.js';

/** What candidates are made of besides. */
interface CandidateFacts {
  /** By digest. */
  readonly profiles: ReadonlyMap<string, Profile>;
  /** By `versionKey`. */
  readonly batchSizes: ReadonlyMap<string, number>;
}

export interface CandidateGroups {
  putVariant(row: wire.VariantRow): void;
  dropVariant(row: wire.VariantRow): void;
  /** Only one that can be called counts: the others are the controller's business. */
  putReplica(row: wire.ReplicaRow): void;
  dropReplica(row: wire.ReplicaRow): void;
  /** By architecture, the cheapest first. */
  list(facts: CandidateFacts): ReadonlyMap<string, readonly Candidate[]>;
}

/** A variant on one hardware class; its replicas may be known before it is. */
interface Group {
  readonly index: number;
  readonly replicas: Map<string, ReplicaRoute>;
  row: wire.VariantRow | undefined;
  /** Of the row's architecture. */
  versionKey: string;
  /** Undefined: to be made. */
  candidate: Candidate | undefined;
}

/** Of one architecture. */
interface Family {
  readonly groups: Set<Group>;
  /** Undefined: to be made. */
  list: readonly Candidate[] | undefined;
}

export const versionKey = (architecture: string, version: number): string => `${architecture} ${version}`;

export function createCandidateGroups(): CandidateGroups {
  const groups = new Map<string, Group>();
  const families = new Map<string, Family>();
  const [indices, loadIndices] = [createIndexAllocator(), createIndexAllocator()];

  function change(row: wire.VariantRow | wire.ReplicaRow, apply: (group: Group) => void): void {
    const key = `${row.variant} ${row.version} ${row.hardwareClass}`;
    const group = groups.get(key) ?? createGroup(indices.allocate());
    groups.set(key, group);
    group.candidate = undefined;
    apply(group);
    if (group.row !== undefined || group.replicas.size > 0) return;
    groups.delete(key);
    indices.release(group.index);
  }
  function enter(name: string, group: Group): void {
    const family = families.get(name) ?? { groups: new Set(), list: undefined };
    families.set(name, family);
    family.groups.add(group);
    family.list = undefined;
  }
  function leave(name: string, group: Group): void {
    const family = families.get(name);
    if (family === undefined) return;
    family.groups.delete(group);
    family.list = undefined;
    if (family.groups.size === 0) families.delete(name);
  }

  return {
    putVariant(row) {
      change(row, (group) => {
        group.row = row;
        group.versionKey = versionKey(row.architecture, row.version);
        enter(row.architecture, group);
      });
    },
    dropVariant(row) {
      change(row, (group) => {
        group.row = undefined;
        leave(row.architecture, group);
      });
    },
    putReplica(row) {
      if (row.state !== 'READY') return;
      change(row, ({ replicas }) => replicas.set(row.replicaId, toRoute(row, loadIndices.allocate())));
    },
    dropReplica(row) {
      if (row.state !== 'READY') return;
      change(row, ({ replicas }) => {
        const route = replicas.get(row.replicaId);
        if (route !== undefined) loadIndices.release(route.loadIndex);
        replicas.delete(row.replicaId);
      });
    },
    list: (facts) => new Map(Array.from(families, ([name, family]) => [name, listOf(family, facts)])),
  };
}

function listOf(family: Family, facts: CandidateFacts): readonly Candidate[] {
  let isSame = true;
  const candidates: Candidate[] = [];
  for (const group of family.groups) {
    const before = group.candidate;
    const candidate = candidateOf(group, facts);
    if (candidate !== undefined) candidates.push(candidate);
    isSame &&= candidate === before;
  }
  if (isSame && family.list !== undefined) return family.list;
  return (family.list = candidates.sort(cheapestFirst));
}

const createGroup = (index: number): Group => ({
  index,
  replicas: new Map(),
  row: undefined,
  versionKey: '',
  candidate: undefined,
});

const toRoute = (row: wire.ReplicaRow, loadIndex: number): ReplicaRoute => ({
  id: replicaId(row.replicaId),
  loadIndex,
  worker: workerId(row.workerId),
  address: row.address,
  batchCeiling: Math.max(1, row.batchCeiling),
});

function candidateOf(group: Group, { profiles, batchSizes }: CandidateFacts): Candidate | undefined {
  const { row, candidate: known } = group;
  if (row === undefined) return undefined;
  const profile = profiles.get(row.profileDigest);
  const maxBatchSize = row.maxBatchSize > 0 ? row.maxBatchSize : (batchSizes.get(group.versionKey) ?? 0);
  if (known?.profile === profile && known?.maxBatchSize === maxBatchSize) return known;
  return (group.candidate = toCandidate(row, group, { profile, maxBatchSize }));
}

function toCandidate(
  row: wire.VariantRow,
  { index, replicas }: Group,
  facts: Pick<Candidate, 'profile' | 'maxBatchSize'>,
): Candidate {
  return {
    ...facts,
    index,
    variant: variantId(row.variant),
    architecture: row.architecture,
    version: row.version,
    recipe: row.recipe,
    hardwareClass: hardwareClassId(row.hardwareClass),
    accuracy: accuracyFromWire(row.accuracy),
    costPer1k: row.costPer_1k > 0 ? row.costPer_1k : undefined,
    usdPerHour: row.usdPerHour > 0 ? usdPerHour(row.usdPerHour) : undefined,
    placeable: row.placeable,
    quarantineReason: row.quarantineReason === '' ? undefined : row.quarantineReason,
    dominatedBy: row.dominatedBy === '' ? undefined : variantId(row.dominatedBy),
    dominatedWithin: row.dominatedWithin,
    measurementError: row.measurementError === '' ? undefined : row.measurementError,
    replicas: [...replicas.values()],
  };
}

/** Unpriced ones last. */
export function cheapestFirst(a: Candidate, b: Candidate): number {
  const [costOfA, costOfB] = [a.costPer1k ?? Infinity, b.costPer1k ?? Infinity];
  if (costOfA !== costOfB) return costOfA - costOfB;
  if (a.variant !== b.variant) return a.variant < b.variant ? -1 : 1;
  return a.hardwareClass < b.hardwareClass ? -1 : 1;
}
