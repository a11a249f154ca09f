// A load in the simulator, with the arrivals, profiles, prices and replicas of the real cluster.

import { milliseconds } from '@pareto/core';
import { defaultSimulationParams, simulate, type HostParams, type Scenario } from '@pareto/simulator';
import type { Load } from './loads.js';
import { outcomeOfSimulated, type Outcome } from './outcome.js';
import type { QueryCpu } from './query-cpu.js';
import type { ListedCluster } from './real-cluster.js';

export interface SimulatedCluster {
  readonly listed: ListedCluster;
  readonly cpu: QueryCpu;
  readonly host: Pick<HostParams, 'cores' | 'interference'>;
}

/** Time of a message between two idle processes of Node, one way: a sixth of .76 ms (docs/performance.md, "What limits it"). */
const wayMs = 0.127;
/** Time without queries before the load. The replicas are loaded in it. */
const warmUpMs = 1_000;

/** Returns an outcome for each seed: they differ in the times of runs and in the choices of routers. */
export async function simulateLoad(
  { name, durationMs, streams }: Load,
  { listed, cpu, host }: SimulatedCluster,
  seeds: number,
): Promise<readonly Outcome[]> {
  const { router, front, clientUs, runWaitUs } = cpu;
  const cluster = {
    ...defaultSimulationParams.cluster,
    wayMs,
    warmUpMs,
    router,
    front,
    host: { ...host, clientUs, runWaitUs },
  };
  const scenario: Scenario = {
    ...{ ...listed, name, durationMs, routers: 2, faults: [], params: { ...defaultSimulationParams, cluster } },
    streams: streams.map(({ task, latencyMs, arrivalsMs }) => ({
      ...{ task, objective: { latencyMs: milliseconds(latencyMs) } },
      arrivals: () => arrivalsMs,
    })),
  };
  const outcomes: Outcome[] = [];
  for (let seed = 1; seed <= seeds; seed++)
    outcomes.push(outcomeOfSimulated(await simulate(scenario, { kind: 'production', name: 'pareto' }, seed)));
  return outcomes;
}
