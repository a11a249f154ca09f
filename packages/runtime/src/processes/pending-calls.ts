// Calls to an executor process that have no reply yet, in order of execution. If the first one exceeds its timeout, the
// process counts as hung, and is killed.

import { milliseconds, TimerWheel, type Clock, type Milliseconds } from '@pareto/core';
import type { ExecutorDeath } from './executor-process.js';
import type { Reply } from '../protocol/protocol.js';

/**
 * End of a call. `running` is true if the process died while executing the call, false if the call was still waiting.
 */
export type CallEnd =
  | {
      readonly kind: 'replied';
      readonly reply: Reply;
      /** Consecutive slices of each tensor of the reply. */
      readonly tensors: readonly (readonly Buffer[])[];
    }
  | { readonly kind: 'lost'; readonly death: ExecutorDeath; readonly running: boolean };

export interface Call {
  /** Id of the session that made the call. */
  readonly session: number;
  readonly hungAfter: Milliseconds;
  /** Human-readable subject of the error if the call hangs, such as `a run`. */
  readonly what: string;
  readonly settle: (end: CallEnd) => void;
}

export interface PendingCalls {
  add(id: number, call: Call): void;
  /** Completes a call with its reply. Does nothing if there is no such call. */
  complete(id: number, reply: Reply, tensors: readonly (readonly Buffer[])[]): void;
  /** Session whose call is executed now. Undefined if there is none. */
  readonly running: number | undefined;
  /** Fails all calls because the process died. The first one was running, the others were waiting. */
  failAll(death: ExecutorDeath): void;
}

export function createPendingCalls(onHung: (death: ExecutorDeath) => void, clock: Clock): PendingCalls {
  const calls: { readonly id: number; readonly call: Call }[] = [];
  const timers = new TimerWheel(clock);
  let timer: Disposable | undefined;

  function watchFirst(): void {
    timer?.[Symbol.dispose]();
    const first = calls[0]?.call;
    timer = first && timers.after(first.hungAfter, () => onHung(hung(first)));
  }

  return {
    add(id, call) {
      if (calls.push({ id, call }) === 1) watchFirst();
    },
    complete(id, reply, tensors) {
      const index = calls.findIndex((one) => one.id === id);
      const [ended] = index < 0 ? [] : calls.splice(index, 1);
      if (ended === undefined) return;
      watchFirst();
      ended.call.settle({ kind: 'replied', reply, tensors });
    },
    get running() {
      return calls[0]?.call.session;
    },
    failAll(death) {
      const lost = calls.splice(0);
      watchFirst();
      for (const [index, { call }] of lost.entries()) call.settle({ kind: 'lost', death, running: index === 0 });
    },
  };
}

const hung = ({ what, hungAfter }: Call): ExecutorDeath => ({
  kind: 'hung',
  reason: `hung: ${what} took more than ${Math.round(hungAfter)} ms`,
});

const minHungAfterMs = 5_000;
const hungFactor = 20;
/** Timeout of a run without an expected time. */
const unknownHungAfter = milliseconds(30_000);

/** Returns the time after which a run counts as hung, by its expected time. */
export const runHungAfter = (expected: Milliseconds | undefined): Milliseconds =>
  expected === undefined ? unknownHungAfter : milliseconds(Math.max(minHungAfterMs, hungFactor * expected));

/** Time after which a load counts as hung. */
export const loadHungAfter: Milliseconds = milliseconds(300_000);
/** The same for a small model in a shared process, whose other models wait meanwhile. */
export const sharedLoadHungAfter: Milliseconds = milliseconds(30_000);
