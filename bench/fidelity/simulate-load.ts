// A load in the simulator, with the arrivals, profiles, prices and replicas of the real cluster.

import { milliseconds } from '@pareto/core';
import { defaultSimulationParams, policyNamed, simulate, type HostParams, type Scenario } from '@pareto/simulator';
import type { Solver } from '@pareto/solver';
import type { Load } from './loads.js';
import { outcomeOfSimulated, type Outcome } from './outcome.js';
import type { QueryCpu } from './query-cpu.js';
import type { ListedCluster } from './real-cluster.js';

export interface SimulatedCluster {
  readonly listed: ListedCluster;
  readonly cpu: QueryCpu;
  readonly host: Pick<HostParams, 'cores' | 'interference'>;
  /** Set if workers without replicas cost nothing. */
  readonly releasesHosts: boolean;
  readonly solver: Solver;
}

/** Time of a message between two idle processes of Node, one way: a sixth of .76 ms (docs/performance.md, "What limits it"). */
const wayMs = 0.127;
/** Time without queries before the load. The replicas are loaded in it. */
const warmUpMs = 1_000;

/** Returns an outcome for each seed: they differ in the times of runs and in the choices of routers. */
export async function simulateLoad(
  { name, durationMs, streams }: Load,
  { listed, cpu, host, releasesHosts, solver }: SimulatedCluster,
  seeds: number,
): Promise<readonly Outcome[]> {
  const { router, front, clientUs, runWaitUs, wakeUs } = cpu;
  const cluster = {
    ...defaultSimulationParams.cluster,
    wayMs,
    warmUpMs,
    router,
    front,
    host: { ...host, clientUs, runWaitUs, wakeUs },
  };
  const scenario: Scenario = {
    ...{ ...listed, name, durationMs, routers: 2, faults: [], params: { ...defaultSimulationParams, cluster } },
    streams: streams.map(({ task, latencyMs, minAccuracy, arrivalsMs }) => ({
      ...{ task, objective: { latencyMs: milliseconds(latencyMs), minAccuracy } },
      arrivals: () => arrivalsMs,
    })),
  };
  const policy = policyNamed(releasesHosts ? 'pareto-release-hosts' : 'pareto');
  const outcomes: Outcome[] = [];
  for (let seed = 1; seed <= seeds; seed++)
    outcomes.push(outcomeOfSimulated(await simulate(scenario, policy, seed, { solver })));
  return outcomes;
}
