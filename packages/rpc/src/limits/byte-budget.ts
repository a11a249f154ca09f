// The budget for the bytes of all requests and replies of a process. If they exceed it, the call that costs the most
// while it waits for its client ends, so that slow clients take nothing from others.

import { SlotList, type Clock, type ParetoError } from '@pareto/core';
import { limitError } from '@pareto/protocol';

/** The bytes of one call. Disposed at the end of the call. */
export interface CallBytes extends Disposable {
  /**
   * Adds bytes that were received, or that are to be sent. `isWaiting` if the call now waits for the client to send or
   * to read the rest. Returns false if the budget is exceeded and this call was ended.
   */
  take(bytes: number, isWaiting: boolean): boolean;
  /** Subtracts bytes that the call no longer holds. */
  release(bytes: number): void;
}

export interface ByteBudget {
  /** Bytes held by all calls. */
  readonly heldBytes: number;
  /** Opens a call on a connection, which may be any object. The budget may end it by `end`, once. */
  open(connection: object, end: (error: ParetoError) => void): CallBytes;
}

export interface ByteBudgetOptions {
  readonly maxBytes: number;
  readonly clock: Clock;
}

/** Cost of an open call besides its bytes. */
export const callBytes: number = 16 * 1024;
/** Size over which a call is large. Large calls leave an eighth of the budget to the others. */
const largeBytes = 256 * 1024;
/** Time for which a call may wait for its client without being ended in favour of another. */
const undisturbedMs = 1_000;

export function createByteBudget({ maxBytes, clock }: ByteBudgetOptions): ByteBudget {
  const waiting = new SlotList<OpenCall>();
  let heldBytes = 0;

  function drop(call: OpenCall): void {
    call.stopWaiting();
    heldBytes -= call.bytes;
    call.bytes = 0;
  }
  /** Ends calls that wait for their clients until the budget suffices. Returns false if it ended the call itself. */
  function makeRoomFor(call: OpenCall): boolean {
    const ceiling = call.bytes > largeBytes ? (maxBytes / 8) * 7 : maxBytes;
    while (heldBytes > ceiling) {
      const ended = pickCostliest(waiting.all(), clock.now()) ?? call;
      drop(ended);
      ended.end(overBudget());
      if (ended === call) return false;
    }
    return true;
  }

  /** A class, since an object literal with a computed name takes 4 us for each call. */
  class OpenCall implements CallBytes {
    readonly connection: object;
    readonly end: (error: ParetoError) => void;
    bytes = 0;
    /** Begin of the wait for the client. */
    since = 0;
    #isOpen = true;
    /** Slot in the list of waiting calls. Undefined while the call does not wait. */
    #slot: number | undefined;

    constructor(connection: object, end: (error: ParetoError) => void) {
      this.connection = connection;
      this.end = end;
    }
    take(bytes: number, isWaiting: boolean): boolean {
      if (!this.#isOpen) return false;
      const added = this.bytes === 0 ? bytes + callBytes : bytes;
      this.bytes += added;
      heldBytes += added;
      if (!isWaiting) this.stopWaiting();
      else if (this.#slot === undefined) {
        this.since = clock.now();
        this.#slot = waiting.add(this);
      }
      return (this.#isOpen = makeRoomFor(this));
    }
    stopWaiting(): void {
      if (this.#slot !== undefined) waiting.remove(this.#slot);
      this.#slot = undefined;
    }
    release(bytes: number): void {
      const released = Math.min(bytes, this.bytes);
      this.bytes -= released;
      heldBytes -= released;
    }
    [Symbol.dispose](): void {
      this.#isOpen = false;
      drop(this);
    }
  }

  return {
    get heldBytes() {
      return heldBytes;
    },
    open: (connection, end) => new OpenCall(connection, end),
  };
}

interface Cost {
  readonly since: number;
  readonly bytes: number;
}

interface Waiting extends Cost {
  readonly connection: object;
}

const costOf = ({ bytes, since }: Cost, now: number): number => bytes * (now - since);

/**
 * Picks the costliest call of the costliest connection: the cost is the bytes times the time of the wait. Undefined if
 * no call has waited for a second.
 */
function pickCostliest<C extends Waiting>(calls: readonly C[], now: number): C | undefined {
  const old = calls.filter(({ since }) => now - since >= undisturbedMs);
  const connections = new Map<object, Cost>();
  for (const { connection, since, bytes } of old) {
    const total = connections.get(connection) ?? { since, bytes: 0 };
    connections.set(connection, { since: Math.min(total.since, since), bytes: total.bytes + bytes });
  }
  const [worst] = costliest([...connections], ([, total]) => costOf(total, now)) ?? [];
  return costliest(
    old.filter(({ connection }) => connection === worst),
    (call) => costOf(call, now),
  );
}

const costliest = <T>(all: readonly T[], cost: (one: T) => number): T | undefined =>
  all.length === 0 ? undefined : all.reduce((worst, one) => (cost(one) > cost(worst) ? one : worst));

const overBudget = (): ParetoError =>
  limitError(
    'bufferedBytes',
    'resource-exhausted',
    'the requests in progress take all the memory that is reserved for them: retry later; the limit is set by --max-buffered-bytes',
  );
