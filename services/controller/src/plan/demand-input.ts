// What planning reads of the demand window and of the reports of the workers.

import type { ActiveReplica, DemandInput, Observed } from '@pareto/policy';
import type { ClusterView } from '../cluster/observe.js';

export const demandInput = ({ demand, fleet, now }: ClusterView, observed: Observed): DemandInput => ({
  demands: demand.demands(now),
  held: [...demand.held(now).keys()],
  active: () => activeReplicas(observed, fleet),
  now,
});

const activeReplicas = ({ replicas }: Observed, fleet: ClusterView['fleet']): readonly ActiveReplica[] =>
  replicas.flatMap(({ assignment }) => {
    const live = fleet.replicas(assignment.worker).get(assignment.replica);
    return live === undefined ? [] : [{ assignment, recent: live.recent }];
  });
