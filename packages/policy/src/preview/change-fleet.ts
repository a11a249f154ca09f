// The workers of a preview: those of the last turn, without some and with others.

import { ParetoError, workerId, type WorkerId } from '@pareto/core';
import type { PlacementWorker } from '../snapshot/snapshot.js';

export interface FleetChanges {
  readonly added: readonly AddedWorkers[];
  readonly removed: readonly WorkerId[];
}

/** Workers with the slots and the memory of one that exists. */
interface AddedWorkers {
  readonly like: WorkerId;
  readonly count: number;
}

/** Maximum number of workers that a preview adds. */
const maxAdded = 1_000;

/** Returns the workers after the changes. Throws `not-found` for an unknown worker, and `invalid-argument` if too many are added. */
export function changeWorkers(
  workers: readonly PlacementWorker[],
  { added, removed }: FleetChanges,
): readonly PlacementWorker[] {
  const known = new Map(workers.map((worker) => [worker.info.id, worker]));
  const find = (id: WorkerId): PlacementWorker => {
    const found = known.get(id);
    if (found === undefined)
      throw new ParetoError('not-found', `there is no worker "${id}": 'pareto get workers' lists them`);
    return found;
  };
  const total = added.reduce((sum, { count }) => sum + count, 0);
  if (total > maxAdded)
    throw new ParetoError('invalid-argument', `${total} workers are added: expected at most ${maxAdded}`);
  const gone = new Set(removed.map((id) => find(id).info.id));
  const others = added.flatMap(({ like, count }, index) => {
    const { info } = find(like);
    return Array.from({ length: count }, (_, at) => newWorker(info, `preview-${index + 1}-${at + 1}`));
  });
  return [...workers.filter(({ info }) => !gone.has(info.id)), ...others];
}

const newWorker = (info: PlacementWorker['info'], id: string): PlacementWorker => ({
  ...{ info: { ...info, id: workerId(id) }, presence: 'connected', draining: false },
  ...{ measuring: undefined, making: undefined },
});
