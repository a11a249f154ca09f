// The budget for the bytes of all requests that a process receives and serves. If they exceed it, the unfinished request
// that costs the most ends, so that requests that stall take nothing from others.

import { milliseconds, ParetoError, type Clock } from '@pareto/core';

/** The bytes of one call. Disposed at the end of the call. */
export interface CallBytes extends Disposable {
  /**
   * Adds received bytes. `isWhole` if they complete the request, or a message of a stream. Returns false if the budget
   * is exceeded and this call was ended.
   */
  take(bytes: number, isWhole: boolean): boolean;
  /** Subtracts bytes of messages that a stream no longer holds. */
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
  readonly stallMs: number;
  readonly clock: Clock;
  readonly onReached: (limit: 'bufferedBytes' | 'stallMs') => void;
}

/** Cost of an open call besides its bytes. */
export const callBytes: number = 16 * 1024;
/** Size over which a call is large. Large calls leave an eighth of the budget to the others. */
const largeBytes = 256 * 1024;
/** Time for which a request may take to arrive without being ended in favour of another. */
const undisturbedMs = 1_000;
const sweepMs = milliseconds(1_000);

interface Call {
  readonly connection: object;
  readonly since: number;
  readonly end: (error: ParetoError) => void;
  bytes: number;
  progressedAt: number;
}

export function createByteBudget({ maxBytes, stallMs, clock, onReached }: ByteBudgetOptions): ByteBudget {
  /** Calls whose request, or message of a stream, is not complete. */
  const unfinished = new Set<Call>();
  let heldBytes = 0;
  let sweeping: Disposable | undefined;

  function drop(call: Call): void {
    unfinished.delete(call);
    heldBytes -= call.bytes;
    call.bytes = 0;
  }
  function end(call: Call, limit: 'bufferedBytes' | 'stallMs', error: ParetoError): void {
    drop(call);
    onReached(limit);
    call.end(error);
  }
  /** Ends unfinished calls until the budget suffices. Returns false if it ended the call itself. */
  function makeRoomFor(call: Call): boolean {
    const ceiling = call.bytes > largeBytes ? (maxBytes / 8) * 7 : maxBytes;
    while (heldBytes > ceiling) {
      const ended = pickCostliest(unfinished, clock.now()) ?? call;
      end(ended, 'bufferedBytes', overBudget());
      if (ended === call) return false;
    }
    return true;
  }
  function endStalled(): void {
    sweeping = undefined;
    const now = clock.now();
    for (const call of unfinished) if (now - call.progressedAt >= stallMs) end(call, 'stallMs', stalled(stallMs));
    if (unfinished.size > 0) sweepLater();
  }
  const sweepLater = (): void => void (sweeping ??= clock.after(sweepMs, endStalled));

  return {
    get heldBytes() {
      return heldBytes;
    },
    open(connection, endCall) {
      const now = clock.now();
      const call: Call = { connection, since: now, end: endCall, bytes: 0, progressedAt: now };
      let isOpen = true;
      return {
        take(bytes, isWhole) {
          if (!isOpen) return false;
          const added = call.bytes === 0 ? bytes + callBytes : bytes;
          call.bytes += added;
          heldBytes += added;
          call.progressedAt = clock.now();
          unfinished.add(call);
          isOpen = makeRoomFor(call);
          if (isOpen && isWhole) unfinished.delete(call);
          else sweepLater();
          return isOpen;
        },
        release(bytes) {
          const released = Math.min(bytes, call.bytes);
          call.bytes -= released;
          heldBytes -= released;
        },
        [Symbol.dispose]() {
          isOpen = false;
          drop(call);
        },
      };
    },
  };
}

interface Cost {
  readonly since: number;
  readonly bytes: number;
}

const costOf = ({ bytes, since }: Cost, now: number): number => bytes * (now - since);

/**
 * Picks the costliest call of the costliest connection: the cost is the bytes times the time since the first of them
 * was announced. Undefined if none is older than a second.
 */
function pickCostliest(calls: Iterable<Call>, now: number): Call | undefined {
  const old = [...calls].filter(({ since }) => now - since >= undisturbedMs);
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
  new ParetoError(
    'resource-exhausted',
    'the requests in progress take all the memory that is reserved for them: retry later; the limit is set by --max-buffered-bytes',
  );

const stalled = (stallMs: number): ParetoError =>
  new ParetoError(
    'resource-exhausted',
    `no data of the request arrived for ${stallMs / 1000} s: send it faster; the limit is set by --stall-timeout-ms`,
  );
