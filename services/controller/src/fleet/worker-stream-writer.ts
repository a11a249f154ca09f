// The messages to a worker: its assignments when they change, a report request when one is pending, otherwise a
// heartbeat every 500 ms. One message is in flight at a time, and a newer state replaces an unsent one.

import type { Clock, PlanAction, WorkerId } from '@pareto/core';
import type { DuplexStream, wire } from '@pareto/rpc';
import { createWakeSignal } from '../loops/notifier.js';

export interface WorkerStreamWriter {
  readonly worker: WorkerId;
  /** Sends the assignments next, in place of unsent ones. */
  setAssignments(assignments: wire.AssignmentsInput): void;
  /** Requests an immediate report, which the worker sends with this sequence number or a later one. */
  requestReport(sequence: number): void;
  /** Sends until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
}

/** Applies a plan: sends each connected worker its assignments when they change. */
export interface Assigner {
  /** Adds the stream of a worker that joined, and sends its assignments. */
  attach(writer: WorkerStreamWriter): void;
  detach(writer: WorkerStreamWriter): void;
  /** Tells a worker that its order is finished. Does not change its replicas, and looks at no other worker. */
  withdrawOrders(worker: WorkerId): void;
  apply(actions: readonly PlanAction[]): void;
}

export interface WorkerStreamWriterOptions {
  readonly worker: WorkerId;
  readonly stream: Pick<DuplexStream<unknown, wire.ControllerMessageInput>, 'write'>;
  /** Time since the last response of the store. */
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
