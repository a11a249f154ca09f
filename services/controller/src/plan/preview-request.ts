// Reads the changes of a preview from the message of a client.

import { ParetoError, workerId } from '@pareto/core';
import type { DemandChange, PreviewChanges } from '@pareto/policy';
import { objectiveFromWire, type wire } from '@pareto/protocol';

/** Throws `invalid-argument` if a value is missing or out of range. */
export const changesFrom = ({ demands, usdPerHour, added, removedWorkers }: wire.PreviewRequest): PreviewChanges => {
  for (const [hardwareClass, price] of Object.entries(usdPerHour))
    if (!(price >= 0 && price < Infinity))
      throw new ParetoError('invalid-argument', `the price of ${hardwareClass} is ${price}: expected USD per hour`);
  return {
    ...{ demands: demands.map(demandFrom), prices: usdPerHour },
    added: added.map(({ likeWorker, count }) => ({ like: workerId(likeWorker), count })),
    removed: removedWorkers.map((id) => workerId(id)),
  };
};

function demandFrom({ target, objective, ...amount }: wire.DemandChange): DemandChange {
  const { factor, itemsPerSecond } = amount;
  const stated = objective === null ? undefined : objectiveFromWire(objective);
  if (factor !== undefined && itemsPerSecond === undefined) return { target, objective: stated, amount: { factor } };
  if (factor === undefined && itemsPerSecond !== undefined)
    return { target, objective: stated, amount: { itemsPerSecond } };
  throw new ParetoError('invalid-argument', `the demand of ${target}: expected either a factor or items per second`);
}
