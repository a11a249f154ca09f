// Asking workers for what they have counted by now, for those who read statistics: many who ask within a moment cost one report.

import { milliseconds, type Clock, type WorkerId } from '@pareto/core';
import { createNotifier } from '../loops/notifier.js';
import type { WorkerStreamWriter } from './worker-stream-writer.js';

type RequestWriter = Pick<WorkerStreamWriter, 'worker' | 'requestReport'>;

export interface ReportRequester {
  /** Of a worker whose stream is there. */
  attach(writer: RequestWriter): void;
  detach(writer: RequestWriter): void;
  /** A worker reported, and had been asked so often before. */
  onReport(worker: WorkerId, sequence: number): void;
  /** Resolves when all of them that are connected have reported since, when it has taken too long, or when the signal aborts. */
  requestReports(workers: readonly WorkerId[], signal: AbortSignal): Promise<void>;
}

/** Of all that it takes: one that is dead or slow is not waited for longer. */
const maxWaitMs = 250;
/** Who asks meanwhile is asked for together. */
const coalesceMs = milliseconds(5);

interface Round {
  readonly number: number;
  readonly workers: Set<WorkerId>;
  /** The lines that were asked, once they were. */
  readonly sent: Promise<readonly RequestWriter[]>;
}

export function createReportRequester(clock: Clock): ReportRequester {
  const writers = new Map<WorkerId, RequestWriter>();
  const reported = new Map<WorkerId, number>();
  const changed = createNotifier(clock);
  let last = 0;
  let next: Round | undefined;

  async function send(number: number, workers: ReadonlySet<WorkerId>): Promise<readonly RequestWriter[]> {
    await clock.sleep(coalesceMs);
    next = undefined;
    const requested = [...workers].flatMap((worker) => writers.get(worker) ?? []);
    for (const writer of requested) writer.requestReport(number);
    return requested;
  }

  function openRound(): Round {
    last += 1;
    const workers = new Set<WorkerId>();
    return { number: last, workers, sent: send(last, workers) };
  }

  return {
    attach(writer) {
      writers.set(writer.worker, writer);
      reported.delete(writer.worker);
    },
    detach(writer) {
      if (writers.get(writer.worker) !== writer) return;
      writers.delete(writer.worker);
      reported.delete(writer.worker);
      changed.notify();
    },
    onReport(worker, sequence) {
      if (sequence === (reported.get(worker) ?? 0)) return;
      reported.set(worker, sequence);
      changed.notify();
    },
    async requestReports(workers, signal) {
      if (workers.length === 0) return;
      const endsAt = clock.now() + maxWaitMs;
      const round = (next ??= openRound());
      for (const worker of workers) round.workers.add(worker);
      const requested = await round.sent;
      const isPending = ({ worker }: RequestWriter): boolean => (reported.get(worker) ?? 0) < round.number;
      const isWaitedFor = (writer: RequestWriter): boolean =>
        writers.get(writer.worker) === writer && isPending(writer);
      while (requested.some(isWaitedFor) && clock.now() < endsAt && !signal.aborted)
        await changed.wait(endsAt - clock.now(), signal);
    },
  };
}
