// What an executor process was asked and has not answered yet, in the order in which it is done; the first is watched for hanging.

import { milliseconds, type Clock, type Milliseconds } from '@pareto/core';
import type { ExecutorDeath } from './executor-process.js';
import type { Reply } from '../protocol/protocol.js';

/** `running`: the process died while it did this one, which may be the cause; else it still waited its turn. */
export type CallEnd =
  | { readonly kind: 'replied'; readonly reply: Reply; readonly tensors: readonly Buffer[] }
  | { readonly kind: 'lost'; readonly death: ExecutorDeath; readonly running: boolean };

export interface Call {
  /** On whose behalf. */
  readonly session: number;
  readonly hungAfter: Milliseconds;
  /** For people: what takes too long when it hangs. */
  readonly what: string;
  readonly settle: (end: CallEnd) => void;
}

export interface PendingCalls {
  add(id: number, call: Call): void;
  /** Nothing happens when it is none of them. */
  complete(id: number, reply: Reply, tensors: readonly Buffer[]): void;
  /** The session whose call is done now; undefined: none is. */
  readonly running: number | undefined;
  /** The process is gone: the first was running, the others waited. */
  failAll(death: ExecutorDeath): void;
}

export function createPendingCalls(onHung: (death: ExecutorDeath) => void, clock: Clock): PendingCalls {
  const calls = new Map<number, Call>();
  let watch: Disposable | undefined;

  function watchFirst(): void {
    watch?.[Symbol.dispose]();
    const [first] = calls.values();
    watch = first && clock.after(first.hungAfter, () => onHung(hung(first)));
  }

  return {
    add(id, call) {
      calls.set(id, call);
      if (calls.size === 1) watchFirst();
    },
    complete(id, reply, tensors) {
      const call = calls.get(id);
      if (call === undefined) return;
      calls.delete(id);
      watchFirst();
      call.settle({ kind: 'replied', reply, tensors });
    },
    get running() {
      const [first] = calls.values();
      return first?.session;
    },
    failAll(death) {
      const lost = [...calls.values()];
      calls.clear();
      watchFirst();
      for (const [index, { settle }] of lost.entries()) settle({ kind: 'lost', death, running: index === 0 });
    },
  };
}

const hung = ({ what, hungAfter }: Call): ExecutorDeath => ({
  kind: 'hung',
  reason: `hung: ${what} took more than ${Math.round(hungAfter)} ms`,
});

const hungAtLeast = 5_000;
const hungFactor = 20;
/** Of a run that nothing is known of. */
const unknownHungAfter = milliseconds(30_000);

/** When a run counts as hung that is expected to take this long. */
export const runHungAfter = (expected: Milliseconds | undefined): Milliseconds =>
  expected === undefined ? unknownHungAfter : milliseconds(Math.max(hungAtLeast, hungFactor * expected));

/** When a load counts as hung. */
export const loadHungAfter: Milliseconds = milliseconds(300_000);
