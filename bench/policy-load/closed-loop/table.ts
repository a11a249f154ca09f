// The routing table of a cluster, from its registry and its ready replicas.

import { priceOf, type Candidate, type HardwareClassId, type ReplicaRoute, type RoutingTable } from '@pareto/core';
import { accuracyOn, costPer1k, exclusionsOf, type PlacementVariant } from '@pareto/policy';
import { buildCandidate, buildRoutingTable, buildTargetEntry } from '@pareto/testkit';
import type { SentReplica } from './assigned-replicas.js';
import type { Cluster } from './cluster.js';
import { latencyOf, profileOf } from './registry.js';

/** Creates a function that returns the table. A candidate whose replicas have not changed is the same object. */
export function createTable(cluster: Cluster): (ready: readonly SentReplica[]) => RoutingTable {
  let candidates = cluster.variants
    .flatMap((variant) =>
      variant.measurements.map(({ hardwareClass }) => createCandidate(cluster, variant, hardwareClass)),
    )
    .toSorted(cheapestFirst)
    .map((candidate, index) => ({ ...candidate, index }));
  return (ready) => {
    candidates = candidates.map((candidate) => {
      const own = ready.filter((one) => isOf(one, candidate)).map(({ route }) => route);
      return isSame(own, candidate.replicas) ? candidate : { ...candidate, replicas: own };
    });
    const targets = cluster.tasks.map(({ name, defaultObjective }) => {
      const own = candidates.filter((candidate) => taskOf(cluster, candidate) === name);
      const exclusions = exclusionsOf({ kind: 'task', task: name }, own, []);
      return buildTargetEntry(own, { name, task: name, defaultObjective, exclusions });
    });
    return buildRoutingTable(targets, candidates);
  };
}

function createCandidate(cluster: Cluster, one: PlacementVariant, hardwareClass: HardwareClassId): Candidate {
  const { id: variant, architecture, task } = one.variant;
  const profile = profileOf(one, hardwareClass);
  const price = priceOf(cluster.prices, hardwareClass);
  const mark = one.accuracyMarks.get(hardwareClass);
  return buildCandidate(architecture, {
    ...{ variant, hardwareClass, profile, accuracy: accuracyOn(one, hardwareClass), usdPerHour: price },
    costPer1k: price && costPer1k(profile, price, 1, latencyOf(cluster, task)),
    accuracyRank: mark?.rank,
    accuracyRankWithin: mark?.rankWithin,
    ...{ dominatedBy: one.dominatedBy, dominatedWithin: one.dominatedWithin },
  });
}

const cheapestFirst = (a: Candidate, b: Candidate): number => (a.costPer1k ?? Infinity) - (b.costPer1k ?? Infinity);

const isOf = ({ assignment }: SentReplica, { variant, hardwareClass }: Candidate): boolean =>
  assignment.variant === variant && assignment.hardwareClass === hardwareClass;

const isSame = (a: readonly ReplicaRoute[], b: readonly ReplicaRoute[]): boolean =>
  a.length === b.length && a.every((route, index) => route === b[index]);

const taskOf = ({ variants }: Cluster, { variant }: Candidate): string | undefined =>
  variants.find((one) => one.variant.id === variant)?.variant.task;
