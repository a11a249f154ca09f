// Probes of the processes of workers that send nothing. One that answers is alive, and too busy to do more.

import type { Clock, WorkerInfo } from '@pareto/core';
import type { FleetState } from '@pareto/policy';
import type { ProbeLiveness } from '@pareto/service';

export interface ProcessProbes {
  /** Probes the worker's process within 300 ms. Records that it answered, and returns whether it did. Does not reject. */
  probe(info: Pick<WorkerInfo, 'id' | 'incarnation' | 'address'>): Promise<boolean>;
}

export interface ProcessProbesOptions {
  readonly fleet: Pick<FleetState, 'answered'>;
  readonly probe: ProbeLiveness;
  readonly clock: Clock;
}

export const createProcessProbes = ({ fleet, probe, clock }: ProcessProbesOptions): ProcessProbes => ({
  async probe(info) {
    const isAlive = (await probe(info.address)) === info.incarnation;
    if (isAlive) fleet.answered(info, clock.now());
    return isAlive;
  },
});
