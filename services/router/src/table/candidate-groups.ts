// Builds the candidates of the routing table, each from a variant's row and the rows of its replicas. Candidates
// and their lists stay the same objects unless a row changes them.

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
import { cheapestFirst } from '@pareto/policy';
import { accuracyFromWire, type wire } from '@pareto/protocol';
import { createIndexAllocator } from './index-allocator.js';

/** Data of other rows that candidates include. */
interface CandidateFacts {
  /** Profiles by digest. */
  readonly profiles: ReadonlyMap<string, Profile>;
  /** Batch sizes of architectures by `versionKey`. */
  readonly batchSizes: ReadonlyMap<string, number>;
}

export interface CandidateGroups {
  putVariant(row: wire.VariantRow): void;
  dropVariant(row: wire.VariantRow): void;
  /** Ignores replicas that are not ready. */
  putReplica(row: wire.ReplicaRow): void;
  dropReplica(row: wire.ReplicaRow): void;
  /** Returns the candidates by architecture, cheapest first. */
  list(facts: CandidateFacts): ReadonlyMap<string, readonly Candidate[]>;
}

/** A variant on one hardware class. The rows of its replicas may arrive before its own. */
interface Group {
  readonly index: number;
  readonly replicas: Map<string, ReplicaRoute>;
  row: wire.VariantRow | undefined;
  /** Key of the row's architecture and version. */
  versionKey: string;
  /** The built candidate. Undefined if it must be rebuilt. */
  candidate: Candidate | undefined;
}

/** The groups of one architecture. */
interface ArchitectureGroups {
  readonly groups: Set<Group>;
  /** The sorted candidates. Undefined if they must be rebuilt. */
  list: readonly Candidate[] | undefined;
}

export const versionKey = (architecture: string, version: number): string => `${architecture} ${version}`;

export function createCandidateGroups(): CandidateGroups {
  const groups = new Map<string, Group>();
  const architectures = new Map<string, ArchitectureGroups>();
  const indices = createIndexAllocator();

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
  function addTo(architecture: string, group: Group): void {
    const own = architectures.get(architecture) ?? { groups: new Set(), list: undefined };
    architectures.set(architecture, own);
    own.groups.add(group);
    own.list = undefined;
  }
  function removeFrom(architecture: string, group: Group): void {
    const own = architectures.get(architecture);
    if (own === undefined) return;
    own.groups.delete(group);
    own.list = undefined;
    if (own.groups.size === 0) architectures.delete(architecture);
  }

  return {
    putVariant(row) {
      change(row, (group) => {
        group.row = row;
        group.versionKey = versionKey(row.architecture, row.version);
        addTo(row.architecture, group);
      });
    },
    dropVariant(row) {
      change(row, (group) => {
        group.row = undefined;
        removeFrom(row.architecture, group);
      });
    },
    putReplica(row) {
      if (row.state !== 'READY') return;
      change(row, ({ replicas }) => replicas.set(row.replicaId, toRoute(row)));
    },
    dropReplica(row) {
      if (row.state !== 'READY') return;
      change(row, ({ replicas }) => replicas.delete(row.replicaId));
    },
    list: (facts) => new Map(Array.from(architectures, ([name, own]) => [name, listOf(own, facts)])),
  };
}

function listOf(architecture: ArchitectureGroups, facts: CandidateFacts): readonly Candidate[] {
  let isUnchanged = true;
  const candidates: Candidate[] = [];
  for (const group of architecture.groups) {
    const before = group.candidate;
    const candidate = candidateOf(group, facts);
    if (candidate !== undefined) candidates.push(candidate);
    isUnchanged &&= candidate === before;
  }
  if (isUnchanged && architecture.list !== undefined) return architecture.list;
  return (architecture.list = candidates.sort(cheapestFirst));
}

const createGroup = (index: number): Group => ({
  index,
  replicas: new Map(),
  row: undefined,
  versionKey: '',
  candidate: undefined,
});

const toRoute = (row: wire.ReplicaRow): ReplicaRoute => ({
  id: replicaId(row.replicaId),
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
    accuracyRank: row.accuracyRank === 0 ? undefined : row.accuracyRank,
    accuracyRankWithin: row.accuracyRankWithin === 0 ? undefined : row.accuracyRankWithin,
    costPer1k: row.costPer_1k > 0 ? row.costPer_1k : undefined,
    usdPerHour: row.usdPerHour > 0 ? usdPerHour(row.usdPerHour) : undefined,
    placeable: row.placeable,
    quarantineReason: row.quarantineReason === '' ? undefined : row.quarantineReason,
    disagreement: row.disagreement === '' ? undefined : row.disagreement,
    dominatedBy: row.dominatedBy === '' ? undefined : variantId(row.dominatedBy),
    dominatedWithin: row.dominatedWithin,
    measurementError: row.measurementError === '' ? undefined : row.measurementError,
    replicas: [...replicas.values()],
  };
}
