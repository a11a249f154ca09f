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

function demandFrom({ target, objective, ...change }: wire.DemandChange): DemandChange {
  const { factor, itemsPerSecond, latencyFactor, withoutFloor } = change;
  const stated = objective === null ? undefined : objectiveFromWire(objective);
  const isLooser = latencyFactor !== undefined || withoutFloor;
  const looser = isLooser && { looser: { latencyFactor: latencyFactor ?? 1, withoutFloor } };
  if (factor !== undefined && itemsPerSecond !== undefined) throw amountError(target);
  if (itemsPerSecond !== undefined) return { target, objective: stated, amount: { itemsPerSecond }, ...looser };
  if (factor === undefined && !isLooser) throw amountError(target);
  return { target, objective: stated, amount: { factor: factor ?? 1 }, ...looser };
}

const amountError = (target: string): ParetoError =>
  new ParetoError('invalid-argument', `the demand of ${target}: expected either a factor or items per second`);
