// The scenarios of a replay: recorded arrivals at the cluster as it is, and with each file of changes.

import { basename } from 'node:path';
import { ParetoError } from '@pareto/core';
import { readCluster, type ClusterListings } from '../profiles/read-cluster.js';
import type { Scenario } from '../scenario/scenario.js';
import { withClassesOf } from '../scenario-file/load-cluster.js';
import type { RecordedStream, ReplayGaps } from './arrival-streams.js';
import { loadOverrides, type LoadedOverrides } from './overrides.js';
import { readArrivalLogs } from './read-arrival-logs.js';

export interface Replay {
  /** Time of the first query, in ms since the Unix epoch. */
  readonly startsAt: number;
  readonly durationMs: number;
  /** The replayed queries, in the order of the streams of the scenarios. */
  readonly recorded: readonly RecordedStream[];
  readonly gaps: ReplayGaps & {
    /** Queries of tasks that the cluster does not have, which are not replayed. */
    readonly unknown: number;
  };
  /**
   * The cluster as it is, and then that of each file of changes, by whose name it is called. They start with the replicas that the
   * listings have as ready, or without replicas if the registry or the fleet is changed.
   */
  readonly scenarios: readonly Scenario[];
}

/** Time until all routers have reported the demand of a second. A plan before would unload replicas that the demand needs. */
const plansAfterMs = 2_000;
/** Name of the scenario without changes. */
const unchangedName = 'unchanged';

/** Throws `invalid-argument`, which names the file and the line, if a file is invalid, or the logs have no query to replay. */
export async function readReplay(
  logs: readonly string[],
  listings: ClusterListings,
  changes: readonly string[],
): Promise<Replay> {
  const { streams, routers, gaps } = await readArrivalLogs(logs);
  const listed = readCluster(listings);
  const cluster = { ...listed, registry: withClassesOf(listed.fleet, listed.registry, 'the cluster') };
  const tasks = new Set(cluster.registry.tasks.map(({ name }) => name));
  const recorded = streams.filter(({ task }) => tasks.has(task));
  const unknown = streams.filter(({ task }) => !tasks.has(task)).reduce((sum, { times }) => sum + times.length, 0);
  if (recorded.length === 0) {
    const problem = `${logs.join(', ')} has no query that can be replayed`;
    throw new ParetoError('invalid-argument', `${problem}: the cluster has the tasks ${[...tasks].join(', ')}`);
  }
  const startsAt = Math.min(...recorded.map(({ times }) => times[0] ?? Infinity));
  const durationMs = Math.floor(Math.max(...recorded.map(({ times }) => times.at(-1) ?? 0)) - startsAt) + 1;
  const scenarioOf = (name: string, { registry, fleet, replicas, ...conditions }: LoadedOverrides): Scenario => ({
    ...{ name, registry, fleet, replicas, durationMs, faults: [], routers, ...conditions },
    ...(replicas.length > 0 && { plansAfterMs }),
    streams: recorded.map(({ task, objective, times }) => ({ task, objective, arrivals: () => sinceStart(times) })),
  });
  function* sinceStart(times: readonly number[]): Generator<number> {
    for (const at of times) yield at - startsAt;
  }
  const scenarios = [scenarioOf(unchangedName, cluster)];
  for (const file of changes) {
    const overrides = await loadOverrides(file, cluster, durationMs);
    checkTasks(file, recorded, overrides);
    scenarios.push(scenarioOf(basename(file), overrides));
  }
  return { startsAt, durationMs, recorded, gaps: { ...gaps, unknown }, scenarios };
}

function checkTasks(file: string, recorded: readonly RecordedStream[], { registry }: LoadedOverrides): void {
  const known = new Set(registry.variants.map(({ task }) => task));
  const missing = recorded.find(({ task }) => !known.has(task));
  if (missing === undefined) return;
  const problem = `${file}: the fleet can run no variant of the task ${missing.task}, which the log has queries of`;
  throw new ParetoError('invalid-argument', problem);
}
