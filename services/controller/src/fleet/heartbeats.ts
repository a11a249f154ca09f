// Regular messages to the workers. They are spread evenly over time, so that those to a large fleet do not block the
// event loop together.

import { milliseconds, type Clock } from '@pareto/core';
import { messageIntervals } from '@pareto/policy';
import { encodedOnce, type wire } from '@pareto/protocol';

export interface Heartbeats {
  /** Calls `send` with a heartbeat in each interval (see `messageIntervals`) until disposed. */
  start(send: SendHeartbeat): Disposable;
}

export interface HeartbeatsOptions {
  /** Time since the last response of the store. */
  readonly storeAgeMs: () => number;
  readonly clock: Clock;
}

type SendHeartbeat = (heartbeat: wire.ControllerMessageInput) => void;

const slotCount = 25;

export function createHeartbeats({ storeAgeMs, clock }: HeartbeatsOptions): Heartbeats {
  const slots = Array.from({ length: slotCount }, () => new Set<SendHeartbeat>());
  const slotAfter = (distance: number): Set<SendHeartbeat> | undefined => slots[(last.slot + distance) % slotCount];
  /** The slot that was sent to last, and the time at which that was due. */
  let last = { slot: 0, dueAt: clock.now() as number };
  let started = 0;
  let workers = 0;
  let timer: Disposable | undefined;

  function schedule(): void {
    timer?.[Symbol.dispose]();
    timer = undefined;
    const { messageMs } = messageIntervals(workers);
    const slotMs = messageMs / slotCount;
    // After a delay of the event loop, each worker gets one heartbeat.
    last = { ...last, dueAt: Math.max(last.dueAt, clock.now() - messageMs) };
    const distance = slots.map((_, i) => i + 1).find((each) => slotAfter(each)?.size);
    if (distance === undefined) return;
    const next = { slot: last.slot + distance, dueAt: last.dueAt + distance * slotMs };
    timer = clock.after(milliseconds(Math.max(0, next.dueAt - clock.now())), () => {
      last = next;
      sendAll();
      schedule();
    });
  }
  function sendAll(): void {
    const { messageMs, reportMs } = messageIntervals(workers);
    const intervals = { messageIntervalMs: Math.round(messageMs), reportIntervalMs: Math.round(reportMs) };
    const fields = { storeAgeMs: Math.round(storeAgeMs()), ...intervals, acceptsChanges: true };
    const heartbeat = encodedOnce({ heartbeat: fields });
    for (const send of slotAfter(0) ?? []) send(heartbeat);
  }

  return {
    start(send) {
      const slot = slots[(started += 1) % slotCount];
      slot?.add(send);
      workers += 1;
      schedule();
      return {
        [Symbol.dispose]() {
          if (slot?.delete(send)) workers -= 1;
        },
      };
    },
  };
}
