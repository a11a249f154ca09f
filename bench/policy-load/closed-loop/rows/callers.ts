// Clients that wait for each answer, and keep one replica busy next to an idle slot.

import type { Row } from '../../../report.js';
import { firstQueryMs, type ClusterRun } from '../simulate-cluster.js';
import { rowsOverSeeds, type RunScenario } from './rows-over-seeds.js';
import { model, oneTask } from './scenarios.js';

const slots = 2;
/** Profiled time of a batch of eight, which half of the callers send together. Others on the host make it twice as long. */
const batchMs = 11;
const slowness = 2;
const cluster = oneTask(1, slots, [model('cnn', 0.9, { 1: 2, 8: batchMs, 16: 20 })]);
const [measuredFromMs, durationMs] = [10_000, 30_000];

export function measureCallers(run: RunScenario): readonly Row[] {
  const callers = { task: 'images', stated: {}, count: 16, durationMs };
  const name = 'sixteen callers without an objective, 2 slots';
  return rowsOverSeeds(run, { cluster, streams: [], callers, routers: 1, loadMs: 1_000, slowness }, [
    { name: `${name}: time until the second replica`, unit: 's', reach: { below: 3 }, valueOf: secondReplicaAt },
    { name: `${name}: answers per second`, unit: '/s', valueOf: answersPerSecond },
  ]);
}

/** Returns the time from the first query on until a second replica is loaded, in seconds. */
function secondReplicaAt({ turns }: ClusterRun): number {
  const turn = turns.find(({ observed }) => observed.replicas.filter(({ state }) => state === 'ready').length > 1);
  return ((turn?.observed.now ?? Infinity) - firstQueryMs) / 1_000;
}

function answersPerSecond({ settled }: ClusterRun): number {
  const [from, to] = [firstQueryMs + measuredFromMs, firstQueryMs + durationMs];
  const answered = settled.filter(
    ({ end, query: { arrivesAt } }) => end === 'answered' && arrivesAt >= from && arrivesAt < to,
  );
  return (1_000 * answered.length) / (to - from);
}
