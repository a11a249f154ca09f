// Requests immediate reports from workers, so that statistics are current. Requests within 5 ms share one report.

import { milliseconds, type Clock, type WorkerId } from '@pareto/core';
import { createNotifier } from '../loops/notifier.js';
import type { WorkerStreamWriter } from './worker-stream-writer.js';

type RequestWriter = Pick<WorkerStreamWriter, 'worker' | 'requestReport'>;

export interface ReportRequester {
  /** Adds the stream of a worker that joined. */
  attach(writer: RequestWriter): void;
  detach(writer: RequestWriter): void;
  /** Records a report. `sequence` is the last request that the worker had received when it reported. */
  onReport(worker: WorkerId, sequence: number): void;
  /** Resolves when all of the workers that are connected have reported, after 250 ms, or when the signal aborts. */
  requestReports(workers: readonly WorkerId[], signal: AbortSignal): Promise<void>;
}

/** Maximum time to wait for reports, in case a worker is dead or slow. */
const maxWaitMs = 250;
const coalesceMs = milliseconds(5);

interface Round {
  readonly number: number;
  readonly workers: Set<WorkerId>;
  /** The writers that the request was sent to. Resolves when it was sent. */
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
