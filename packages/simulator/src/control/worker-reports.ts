// When a worker reports to the controller: regularly, and soon after the state of a replica has changed.

import type { ReplicaReport } from '@pareto/core';
import { isReportDue, messageIntervals } from '@pareto/policy';
import type { EventQueue } from '../events/event-queue.js';

export interface WorkerReports {
  /** Time of the last message. */
  readonly sentAt: number;
  /** Lets the worker report soon. */
  onChange(now: number): void;
}

export interface WorkerReportsOptions {
  readonly events: EventQueue;
  /** Number of workers of the controller, and the position of this one among them. */
  readonly workers: number;
  readonly position: number;
  /** Time from which the worker reports, and the time after which it does not. */
  readonly startsAt: number;
  readonly endsAt: number;
  /** Returns the reports. Undefined once the worker has ended or hangs. */
  readonly observe: (now: number) => readonly ReplicaReport[] | undefined;
  readonly send: (reports: readonly ReplicaReport[], now: number) => void;
  /** Sends a message without a report. */
  readonly sendHeartbeat: (now: number) => void;
}

/** Delay of a report after a change, so that changes are reported together. */
const coalesceMs = 5;

export function startWorkerReports(options: WorkerReportsOptions): WorkerReports {
  const { events, workers, position, startsAt, endsAt, observe, send, sendHeartbeat } = options;
  const intervals = messageIntervals(workers);
  let last: { readonly reports: readonly ReplicaReport[]; readonly at: number } | undefined;
  let isDue = false;
  let sentAt = startsAt;

  function report(reports: readonly ReplicaReport[] | undefined, now: number): void {
    if (reports === undefined) return;
    last = { reports, at: now };
    sentAt = now;
    send(reports, now);
  }
  function message(now: number): void {
    const ageMs = now - (last?.at ?? -Infinity);
    const reports = isReportDue(ageMs, intervals, false) ? observe(now) : undefined;
    if (reports !== undefined && isReportDue(ageMs, intervals, areSame(reports, last?.reports))) {
      report(reports, now);
    } else {
      sentAt = now;
      sendHeartbeat(now);
    }
    if (now + intervals.messageMs <= endsAt) events.schedule(now + intervals.messageMs, message);
  }
  events.schedule(startsAt + (intervals.messageMs * position) / workers, message);
  return {
    get sentAt() {
      return sentAt;
    },
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

const areSame = (a: readonly ReplicaReport[] | undefined, b: readonly ReplicaReport[] | undefined): boolean =>
  a?.length === b?.length &&
  a?.every((one, index) => {
    const other = b?.[index];
    return other !== undefined && (Object.keys(one) as (keyof ReplicaReport)[]).every((key) => one[key] === other[key]);
  }) === true;
