// The workers of a snapshot: those of the one before if none has changed.

import type { PlacementWorker } from './snapshot.js';

type Workers = readonly PlacementWorker[];

/** Returns `before` if the workers now are equal to it, so that what follows from workers alone is not computed again. */
export const keepWorkers = (before: Workers, now: Workers): Workers =>
  before.length === now.length && now.every((worker, at) => isSame(worker, before[at])) ? before : now;

const isSame = (a: PlacementWorker, b: PlacementWorker | undefined): boolean =>
  b !== undefined && keysOf(a).length === keysOf(b).length && keysOf(a).every((key) => a[key] === b[key]);

const keysOf = (worker: PlacementWorker) => Object.keys(worker) as (keyof PlacementWorker)[];
