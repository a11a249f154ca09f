// What goes down a worker's stream: its assignments when they changed, a word when it is to report at once, else a sign of life
// twice a second. One message is in flight at a time, and the newest state wins: a slow worker is told once what it missed.

import type { Clock, PlanAction, WorkerId } from '@pareto/core';
import type { DuplexStream, wire } from '@pareto/rpc';
import { createWakeSignal } from '../loops/notifier.js';

export interface WorkerStreamWriter {
  readonly worker: WorkerId;
  /** Takes the place of what was not sent yet. */
  setAssignments(assignments: wire.AssignmentsInput): void;
  /** A report that bears this number, or a later one, is wanted now. */
  requestReport(sequence: number): void;
  /** Sends until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
}

/** Applies a plan: sends every connected worker its assignments when they change. */
export interface Assigner {
  /** A worker's stream is there; it gets its assignments at once. */
  attach(writer: WorkerStreamWriter): void;
  detach(writer: WorkerStreamWriter): void;
  apply(actions: readonly PlanAction[]): void;
}

export interface WorkerStreamWriterOptions {
  readonly worker: WorkerId;
  readonly stream: Pick<DuplexStream<unknown, wire.ControllerMessageInput>, 'write'>;
  /** Since the store was last heard. */
  readonly storeAgeMs: () => number;
  readonly clock: Clock;
}

const heartbeatMs = 500;

export function createWorkerStreamWriter({
  worker,
  stream,
  storeAgeMs,
  clock,
}: WorkerStreamWriterOptions): WorkerStreamWriter {
  const wakeSignal = createWakeSignal(clock);
  let unsent: wire.AssignmentsInput | undefined;
  let requested: number | undefined;
  const next = (): wire.ControllerMessageInput => {
    if (unsent !== undefined) {
      const assignments = unsent;
      unsent = undefined;
      return { assignments };
    }
    if (requested === undefined) return { heartbeat: { storeAgeMs: Math.round(storeAgeMs()) } };
    const reportNow = { sequence: requested };
    requested = undefined;
    return { reportNow };
  };
  return {
    worker,
    setAssignments(assignments) {
      unsent = assignments;
      wakeSignal.wake();
    },
    requestReport(sequence) {
      requested = sequence;
      wakeSignal.wake();
    },
    async run(signal) {
      while (!signal.aborted) {
        await stream.write(next());
        if (unsent === undefined && requested === undefined) await wakeSignal.wait(heartbeatMs, signal);
      }
    },
  };
}
