// Carries out what the scheduler of one hardware class decides: starts batches, answers rejected queries, and grants
// slots to steps.

import type { Clock, Milliseconds, ObservedShapes, ReplicaLoad } from '@pareto/core';
import { createSlotScheduler, type RunningBatch, type SlotEffect, type SlotEvent } from '@pareto/policy';
import type { SlotTokens } from '@pareto/runtime';
import type { WaitingQuery } from './waiting-query.js';

/** A replica that runs batches on a slot. */
export interface BatchRunner {
  run(batch: RunningBatch<WaitingQuery>): void;
  /** Answers a query whose batch has failed, and which is not run again. */
  fail(query: WaitingQuery): void;
}

interface Waiter {
  readonly grant: () => void;
}

type Event = SlotEvent<BatchRunner, WaitingQuery, Waiter>;
type Effect = SlotEffect<BatchRunner, WaitingQuery, Waiter>;

export interface SlotDriver {
  /** Slots for runs of steps, such as measuring and warming up. */
  readonly tokens: SlotTokens;
  /** Acquires a slot as `tokens` do, but only while no replica or other step waits for one. */
  acquireIdle(signal: AbortSignal): Promise<Disposable>;
  /**
   * Applies an event of a replica that happened at `now`, by default the time of the clock, and carries out its effects before it
   * returns.
   */
  dispatch(event: Event, now?: Milliseconds): void;
  /** Returns the load of a replica that was added. */
  load(replica: BatchRunner): ReplicaLoad;
  /** Returns the shapes of inputs with dynamic dimensions that a replica has run. */
  shapes(replica: BatchRunner): readonly ObservedShapes[];
}

export function createSlotDriver(slots: number, clock: Clock): SlotDriver {
  const scheduler = createSlotScheduler<BatchRunner, WaitingQuery, Waiter>(slots);
  const effects: Effect[] = [];

  function dispatch(event: Event, now = clock.now()): void {
    scheduler.apply(event, now, effects);
    for (const effect of effects.splice(0)) carryOut(effect);
  }
  function createToken(waiter: Waiter): Disposable {
    let isHeld = true;
    return {
      [Symbol.dispose]() {
        if (isHeld) dispatch({ kind: 'released', waiter });
        isHeld = false;
      },
    };
  }
  function acquire(signal: AbortSignal | undefined, request: { readonly idle?: true }): Promise<Disposable> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) return reject(signal.reason as Error);
      const onAbort = (): void => {
        dispatch({ kind: 'withdrawn', waiter });
        reject(signal?.reason as Error);
      };
      const waiter: Waiter = {
        grant() {
          signal?.removeEventListener('abort', onAbort);
          resolve(createToken(waiter));
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      dispatch({ kind: 'requested', waiter, ...request });
    });
  }

  return {
    tokens: {
      acquire: (signal) => acquire(signal, {}),
      get waiting() {
        return scheduler.waiting;
      },
    },
    acquireIdle: (signal) => acquire(signal, { idle: true }),
    dispatch,
    load: (replica) => scheduler.load(replica, clock.now()),
    shapes: (replica) => scheduler.shapes(replica),
  };
}

function carryOut(effect: Effect): void {
  switch (effect.kind) {
    case 'start':
      return effect.replica.run(effect.batch);
    case 'reject':
      return effect.query.onRejected(effect);
    case 'fail':
      return effect.replica.fail(effect.query);
    case 'grant':
      return effect.waiter.grant();
  }
}
