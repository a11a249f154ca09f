// The replicas that a cluster has from the start.

import { replicaId, variantId, type Assignment } from '@pareto/core';
import type { AssignedVariant } from '../scenario/scenario.js';
import type { Cluster } from './cluster.js';
import { profiledClasses, variantWithId } from './registry.js';

/** Throws if there is no such variant or worker, or if the worker has no slots of a class on which the variant is measured. */
export const assignReplicas = (cluster: Cluster, replicas: readonly AssignedVariant[]): readonly Assignment[] =>
  replicas.map(({ variant: name, worker: position }, index) => {
    const entry = variantWithId(cluster, variantId(name));
    const classes = profiledClasses(entry);
    const worker = cluster.workers[position];
    const group = worker?.slotGroups.find(({ hardwareClass }) => classes.includes(hardwareClass.id));
    if (worker === undefined || group === undefined) throw new Error(`the worker w${position} cannot run ${name}`);
    const { id: variant } = entry.variant;
    const hardwareClass = group.hardwareClass.id;
    return { replica: replicaId(`first-${index}`), variant, version: 1, worker: worker.id, hardwareClass };
  });
