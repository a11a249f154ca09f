// The budget for the bytes of all requests and replies of a process. If they exceed it, the call that costs the most
// while it waits for its client ends, so that slow clients take nothing from others.

import { LinkedQueue, type Clock, type ParetoError } from '@pareto/core';
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

/** Cost of an open call besides its bytes. */
export const callBytes: number = 16 * 1024;
/** Size over which a call is large. Large calls leave an eighth of the budget to the others. */
const largeBytes = 256 * 1024;
/** Time for which a call may wait for its client without being ended in favour of another. */
const undisturbedMs = 1_000;

export function createByteBudget(maxBytes: number, clock: Clock): ByteBudget {
  /** Calls that have started to wait for their clients within the last second. */
  const waiting = new LinkedQueue<OpenCall>();
  /** Calls that have waited for a second, by connection, instead of in the queue above. */
  const stalled = new Map<object, StalledCalls>();
  let heldBytes = 0;

  function drop(call: OpenCall): void {
    call.stopWaiting();
    heldBytes -= call.bytes;
    call.bytes = 0;
  }
  /** Moves the calls that have waited for a second to those of their connections. Each call is moved once. */
  function collectStalled(now: number): void {
    for (let call = waiting.first; call !== undefined && now - call.since >= undisturbedMs; call = waiting.first) {
      waiting.remove(call);
      const calls = stalled.get(call.connection) ?? new StalledCalls();
      stalled.set(call.connection, calls);
      calls.add(call);
      calls.bytes += call.bytes;
      call.stalled = calls;
    }
  }
  /** Ends calls that wait for their clients until the budget suffices. Returns false if it ended the call itself. */
  function makeRoomFor(call: OpenCall): boolean {
    const ceiling = call.bytes > largeBytes ? (maxBytes / 8) * 7 : maxBytes;
    while (heldBytes > ceiling) {
      const now = clock.now();
      collectStalled(now);
      const ended = pickCostliest(now) ?? call;
      drop(ended);
      ended.end(overBudget());
      if (ended === call) return false;
    }
    return true;
  }

  /**
   * Picks the costliest call of the costliest connection: the cost is the bytes times the time of the wait. Undefined if
   * there is no call.
   */
  function pickCostliest(now: number): OpenCall | undefined {
    let first: OpenCall | undefined;
    let highest = -1;
    for (const calls of stalled.values()) {
      const cost = calls.bytes * (now - (calls.first?.since ?? now));
      if (cost > highest) [first, highest] = [calls.first, cost];
    }
    let costliest = first;
    for (let call = first; call !== undefined; call = call.next)
      if (costliest === undefined || call.bytes * (now - call.since) > costliest.bytes * (now - costliest.since))
        costliest = call;
    return costliest;
  }

  /** A class, since an object literal with a computed name takes 4 us for each call. */
  class OpenCall implements CallBytes {
    readonly connection: object;
    readonly end: (error: ParetoError) => void;
    previous: OpenCall | undefined;
    next: OpenCall | undefined;
    bytes = 0;
    /** Begin of the wait for the client. */
    since = 0;
    /** Calls of the connection, once this one has waited for a second. */
    stalled: StalledCalls | undefined;
    #isOpen = true;
    #isWaiting = false;

    constructor(connection: object, end: (error: ParetoError) => void) {
      this.connection = connection;
      this.end = end;
    }
    take(bytes: number, isWaiting: boolean): boolean {
      if (!this.#isOpen) return false;
      this.#add(this.bytes === 0 ? bytes + callBytes : bytes);
      if (!isWaiting) this.stopWaiting();
      else if (!this.#isWaiting) {
        this.#isWaiting = true;
        this.since = clock.now();
        waiting.add(this);
      }
      return (this.#isOpen = makeRoomFor(this));
    }
    #add(bytes: number): void {
      this.bytes += bytes;
      heldBytes += bytes;
      if (this.stalled !== undefined) this.stalled.bytes += bytes;
    }
    stopWaiting(): void {
      if (!this.#isWaiting) return;
      this.#isWaiting = false;
      const calls = this.stalled;
      if (calls === undefined) return waiting.remove(this);
      calls.remove(this);
      calls.bytes -= this.bytes;
      if (calls.first === undefined) stalled.delete(this.connection);
      this.stalled = undefined;
    }
    release(bytes: number): void {
      this.#add(-Math.min(bytes, this.bytes));
    }
    [Symbol.dispose](): void {
      this.#isOpen = false;
      drop(this);
    }
  }
  /** The calls of a connection that wait. The first one has waited for the longest. */
  class StalledCalls extends LinkedQueue<OpenCall> {
    bytes = 0;
  }

  return {
    get heldBytes() {
      return heldBytes;
    },
    open: (connection, end) => new OpenCall(connection, end),
  };
}

const overBudget = (): ParetoError =>
  limitError(
    'bufferedBytes',
    'resource-exhausted',
    'the requests in progress take all the memory that is reserved for them: retry later; the limit is set by --max-buffered-bytes',
  );
