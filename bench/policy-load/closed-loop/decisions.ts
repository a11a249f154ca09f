// Counts of decisions in the log of a run.

import type { Assignment } from '@pareto/core';
import { hardwareClassNamed } from '@pareto/simulator';
import type { ClusterRun } from './simulate-cluster.js';

const listLoads = ({ turns }: Pick<ClusterRun, 'turns'>): readonly Assignment[] =>
  turns.flatMap(({ actions }) => actions.flatMap((action) => (action.kind === 'load' ? [action.assignment] : [])));

/** Returns the number of loads on a hardware class. */
export const loadsOn = (hardware: string, run: ClusterRun): number =>
  listLoads(run).filter(({ hardwareClass }) => hardwareClass === hardwareClassNamed(hardware).id).length;

/**
 * Returns the number of turns from a time on that keep replicas of a task without demand, although a variant of another task lacks
 * memory.
 */
export function turnsThatKeep(task: string, { cluster, turns }: ClusterRun, fromMs: number): number {
  const own = new Set(cluster.variants.flatMap(({ variant }) => (variant.task === task ? [variant.id] : [])));
  // The last turn before is in force until the next one.
  const first = turns.findLastIndex(({ observed }) => observed.now <= fromMs);
  return turns.slice(Math.max(0, first)).filter(({ plan, actions, observed }) => {
    const lacks = plan.unmet.some(
      ({ variant, cause }) => !own.has(variant) && (cause === 'memory' || cause === 'eviction'),
    );
    const unloaded = new Set(
      actions.flatMap((action) => (action.kind === 'unload' ? [action.assignment.replica] : [])),
    );
    const kept = observed.replicas.filter(
      ({ assignment, state }) =>
        own.has(assignment.variant) && state !== 'draining' && !unloaded.has(assignment.replica),
    );
    return lacks && kept.length > 0;
  }).length;
}

/** Returns the number of turns after which the replicas on a worker take more than its memory, with those that are being unloaded. */
export function overcommittedTurns({ cluster, turns }: ClusterRun): number {
  const memoryOf = new Map(
    cluster.variants.flatMap(({ measurements }) =>
      measurements.map(({ variant, hardwareClass, result }) => [
        `${variant} ${hardwareClass}`,
        result.kind === 'measured' ? result.profile.memoryBytes : 0,
      ]),
    ),
  );
  return turns.filter(({ observed, actions }) => {
    const used = new Map<string, number>();
    const add = ({ variant, hardwareClass, worker }: Assignment): void =>
      void used.set(worker, (used.get(worker) ?? 0) + (memoryOf.get(`${variant} ${hardwareClass}`) ?? 0));
    for (const { assignment, state } of observed.replicas) if (state !== 'failed') add(assignment);
    for (const action of actions) if (action.kind === 'load') add(action.assignment);
    return cluster.workers.some(({ id, memoryBytes }) => (used.get(id) ?? 0) > memoryBytes);
  }).length;
}
