// When a worker reports to the controller: regularly, and soon after the state of a replica has changed.

import { isDeepStrictEqual } from 'node:util';
import type { ReplicaReport } from '@pareto/core';
import { isReportDue, messageIntervals } from '@pareto/policy';
import type { EventQueue } from '../events/event-queue.js';

export interface WorkerReports {
  /** Lets the worker report soon. */
  onChange(now: number): void;
}

export interface WorkerReportsOptions {
  readonly events: EventQueue;
  /** Number of workers of the controller, and the position of this one among them. */
  readonly workers: number;
  readonly position: number;
  readonly endsAt: number;
  readonly observe: (now: number) => readonly ReplicaReport[];
  readonly send: (reports: readonly ReplicaReport[], now: number) => void;
}

/** Delay of a report after a change, so that changes are reported together. */
const coalesceMs = 5;

export function startWorkerReports(options: WorkerReportsOptions): WorkerReports {
  const { events, workers, position, endsAt, observe, send } = options;
  const intervals = messageIntervals(workers);
  let last: { readonly reports: readonly ReplicaReport[]; readonly at: number } | undefined;
  let isDue = false;

  function report(reports: readonly ReplicaReport[], now: number): void {
    last = { reports, at: now };
    send(reports, now);
  }
  function message(now: number): void {
    const reports = observe(now);
    const isSame = isDeepStrictEqual(reports, last?.reports);
    if (isReportDue(now - (last?.at ?? -Infinity), intervals, isSame)) report(reports, now);
    if (now + intervals.messageMs <= endsAt) events.schedule(now + intervals.messageMs, message);
  }
  events.schedule((intervals.messageMs * position) / workers, message);
  return {
    onChange(now) {
      if (isDue) return;
      isDue = true;
      events.schedule(now + coalesceMs, (at) => {
        isDue = false;
        report(observe(at), at);
      });
    },
  };
}
