// The times of a kept lease, in memory that the event loop and the thread that renews the lease share, and the clock that both
// read. Shared memory is current even if one of the two can't receive messages.

import { milliseconds, systemClock, type Clock, type Milliseconds } from '@pareto/core';

/** Clock with the same monotonic time in all threads of this process. */
export const threadClock: Clock = {
  ...systemClock,
  // oxlint-disable-next-line no-restricted-properties -- the origin of `systemClock.now` differs between threads
  now: () => milliseconds(Number(process.hrtime.bigint()) / 1e6),
};

const slots = {
  /** Time at which the event loop ran last. */
  ranAt: 0,
  /** Time at which the last successful renewal was sent. The time to live counts from here, not from the response. */
  renewedAt: 1,
  /** Time at which the last renewal was sent, successful or not. */
  sentAt: 2,
  /** Duration of the block of the event loop for which renewals are withheld. 0 if they are not. */
  blockedMs: 3,
} as const;

export interface LeaseTimes {
  readonly memory: SharedArrayBuffer;
  get(slot: keyof typeof slots): Milliseconds;
  /** Stores a time, rounded down to milliseconds, so that no lease counts as valid for too long. */
  set(slot: keyof typeof slots, value: number): void;
}

/** Opens the times, by default in new memory. */
export function openLeaseTimes(
  memory: SharedArrayBuffer = new SharedArrayBuffer(Object.keys(slots).length * BigInt64Array.BYTES_PER_ELEMENT),
): LeaseTimes {
  const values = new BigInt64Array(memory);
  return {
    memory,
    get: (slot) => milliseconds(Number(Atomics.load(values, slots[slot]))),
    set: (slot, value) => void Atomics.store(values, slots[slot], BigInt(Math.floor(value))),
  };
}
