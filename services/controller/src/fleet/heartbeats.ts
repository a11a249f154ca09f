// Heartbeats for the workers, one every 500 ms each. They are spread over this time, so that those of a large fleet do
// not block the event loop together.

import { milliseconds, type Clock } from '@pareto/core';
import { encodedOnce, type wire } from '@pareto/rpc';

export interface Heartbeats {
  /** Calls `send` with a heartbeat every 500 ms until disposed. */
  start(send: SendHeartbeat): Disposable;
}

export interface HeartbeatsOptions {
  /** Time since the last response of the store. */
  readonly storeAgeMs: () => number;
  readonly clock: Clock;
}

type SendHeartbeat = (heartbeat: wire.ControllerMessageInput) => void;

const slotMs = 20;
const slotCount = 25;

export function createHeartbeats({ storeAgeMs, clock }: HeartbeatsOptions): Heartbeats {
  const slots = Array.from({ length: slotCount }, () => new Set<SendHeartbeat>());
  const slotAt = (turn: number): Set<SendHeartbeat> | undefined => slots[turn % slotCount];
  const turnNow = (): number => Math.floor(clock.now() / slotMs);
  /** The last turn of `slotMs` in which heartbeats were sent. */
  let last = turnNow();
  let started = 0;
  let timer: Disposable | undefined;

  function schedule(): void {
    timer?.[Symbol.dispose]();
    // After a delay of the event loop, each worker gets one heartbeat.
    last = Math.max(last, turnNow() - slotCount);
    const next = slots.map((_, i) => last + 1 + i).find((turn) => slotAt(turn)?.size);
    if (next === undefined) timer = undefined;
    else timer = clock.after(milliseconds(Math.max(0, next * slotMs - clock.now())), () => sendAll(next));
  }
  function sendAll(turn: number): void {
    last = turn;
    const heartbeat = encodedOnce({ heartbeat: { storeAgeMs: Math.round(storeAgeMs()) } });
    for (const send of slotAt(turn) ?? []) send(heartbeat);
    schedule();
  }

  return {
    start(send) {
      const slot = slots[(started += 1) % slotCount];
      slot?.add(send);
      schedule();
      return { [Symbol.dispose]: () => void slot?.delete(send) };
    },
  };
}
