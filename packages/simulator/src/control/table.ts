// The routing table of a cluster, from its registry and its ready replicas.

import {
  groupBy,
  oncePer,
  priceOf,
  sameItems,
  type Candidate,
  type CongestionPrices,
  type HardwareClassId,
  type RoutingTable,
  type TargetEntry,
  type Task,
} from '@pareto/core';
import {
  accuracyOn,
  costPer1k,
  defaultPlacementParams,
  exclusionsOf,
  hostedBy,
  measuredFootprint,
  type PlacementVariant,
  type PlacementWorker,
  type SizedOption,
} from '@pareto/policy';
import type { SentReplica } from './assigned-replicas.js';
import type { Cluster } from '../cluster/cluster.js';
import { latencyOf, profiledClasses, profileOf, variantWithId } from '../cluster/registry.js';

/** A worker, as the last turn saw it. */
type SeenWorker = Pick<PlacementWorker, 'info' | 'presence' | 'draining'>;

export interface TableInput {
  readonly ready: readonly SentReplica[];
  readonly workers: readonly SeenWorker[];
  readonly congestion: CongestionPrices | undefined;
}

/** Creates a function that returns the table. Candidates and targets that have not changed are the same objects. */
export function createTable(cluster: Cluster): (input: TableInput) => RoutingTable {
  let candidates = cluster.variants
    .flatMap((variant) =>
      profiledClasses(variant).map((hardwareClass) => createCandidate(cluster, variant, hardwareClass)),
    )
    .toSorted(cheapestFirst)
    .map((candidate, index) => ({ ...candidate, index }));
  const sizes = candidates.map((candidate) => sizeOf(cluster, candidate));
  const targets = new Map<string, TargetEntry>();
  return ({ ready, workers, congestion }) => {
    const byCandidate = groupBy(ready, ({ assignment }) => keyOf(assignment));
    const placeable = sizes.map(hostedBy(schedulable(workers)));
    candidates = candidates.map((candidate, index) => {
      const own = (byCandidate.get(keyOf(candidate)) ?? []).map(({ route }) => route);
      const isPlaceable = placeable[index] ?? false;
      const isSame = isPlaceable === candidate.placeable && sameItems(own, candidate.replicas);
      return isSame ? candidate : { ...candidate, placeable: isPlaceable, replicas: own };
    });
    const byTask = groupBy(candidates, (candidate) => taskOf(cluster, candidate));
    for (const task of cluster.tasks) {
      const own = byTask.get(task.name) ?? [];
      const before = targets.get(task.name);
      if (before === undefined || !sameItems(before.candidates, own)) targets.set(task.name, createTarget(task, own));
    }
    return {
      ...{ version: { epoch: 'simulation', revision: 1 }, targets: new Map(targets), candidates },
      replicas: candidates.flatMap(({ replicas }) => replicas),
      ...{ congestion, loading: new Set(), routers: new Map() },
    };
  };
}

function createCandidate(cluster: Cluster, one: PlacementVariant, hardwareClass: HardwareClassId): Candidate {
  const { id: variant, architecture, task } = one.variant;
  const profile = profileOf(one, hardwareClass);
  const price = priceOf(cluster.prices, hardwareClass);
  const mark = one.accuracyMarks.get(hardwareClass);
  return {
    ...{ index: 0, variant, architecture, version: 1, recipe: 'original' },
    ...{ hardwareClass, profile, accuracy: accuracyOn(one, hardwareClass), usdPerHour: price },
    costPer1k: price && costPer1k(profile, price, 1, latencyOf(cluster, task)),
    ...{ accuracyRank: mark?.rank, accuracyRankWithin: mark?.rankWithin },
    ...{ maxBatchSize: profile.points.at(-1)?.batch ?? 1, placeable: false },
    ...{ quarantineReason: undefined, disagreement: undefined, measurementError: undefined },
    ...{ dominatedBy: one.dominatedBy, dominatedWithin: one.dominatedWithin, replicas: [] },
  };
}

/** Returns the workers that replicas may be placed on, the same object for the same workers. */
const schedulable = oncePer((workers: readonly SeenWorker[]) => workers.filter(({ draining }) => !draining));

function sizeOf(cluster: Cluster, { variant: id, hardwareClass }: Candidate): SizedOption {
  const one = variantWithId(cluster, id);
  return {
    hardwareClass,
    ...measuredFootprint(one.variant, profileOf(one, hardwareClass), defaultPlacementParams),
  };
}

const createTarget = ({ name, defaultObjective }: Task, candidates: readonly Candidate[]): TargetEntry => ({
  ...{ kind: 'task', name, task: name, versions: [1], metric: 'top1', defaultObjective, candidates },
  ...{ signature: { inputs: [], outputs: [], batched: true }, labels: {}, rules: [] },
  maxBatchSize: Math.max(0, ...candidates.map(({ maxBatchSize }) => maxBatchSize)),
  exclusions: exclusionsOf({ kind: 'task', task: name }, candidates, []),
});

const cheapestFirst = (a: Candidate, b: Candidate): number => (a.costPer1k ?? Infinity) - (b.costPer1k ?? Infinity);

const keyOf = ({ variant, hardwareClass }: Pick<Candidate, 'variant' | 'hardwareClass'>): string =>
  `${variant} ${hardwareClass}`;

const taskOf = ({ variantsById }: Cluster, { variant }: Candidate): string | undefined =>
  variantsById.get(variant)?.variant.task;
