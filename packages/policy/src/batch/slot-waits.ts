// The batches that the replicas of a group of slots run, or run next. Their sum is kept up to date by each change.

/** `nextMs`: expected time of the batch that the replica runs or runs next. 0 if there is none. */
interface WithNext {
  nextMs: number;
}

export interface SlotWaits {
  set(work: WithNext, nextMs: number): void;
  /** Returns the predicted wait for a slot before each batch of a replica, behind the batches of the other replicas. */
  waitMs(work: WithNext): number;
}

export function createSlotWaits(slots: number): SlotWaits {
  /** Sum of `nextMs`, and number of replicas for which it is not 0. */
  let sumMs = 0;
  let busy = 0;
  return {
    set(work, nextMs) {
      sumMs += nextMs - work.nextMs;
      busy += (nextMs > 0 ? 1 : 0) - (work.nextMs > 0 ? 1 : 0);
      if (busy === 0) sumMs = 0;
      work.nextMs = nextMs;
    },
    waitMs({ nextMs }) {
      const others = busy - (nextMs > 0 ? 1 : 0);
      return others < slots ? 0 : (sumMs - nextMs) / slots;
    },
  };
}
