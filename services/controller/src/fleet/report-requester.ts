// Requests immediate reports from workers, so that statistics are current. Calls that arrived before a report was requested
// share it.

import { milliseconds, type Clock, type WorkerId } from '@pareto/core';
import type { ServerCall } from '@pareto/rpc';
import { createNotifier } from '../loops/notifier.js';
import type { WorkerStreamWriter } from './worker-stream-writer.js';

type RequestWriter = Pick<WorkerStreamWriter, 'worker' | 'requestReport'>;

export interface ReportRequester {
  /** Adds the stream of a worker that joined. */
  attach(writer: RequestWriter): void;
  detach(writer: RequestWriter): void;
  /** Requests a report from one worker, if it is connected. */
  requestReport(worker: WorkerId): void;
  /** Records a report. `sequence` is the last request that the worker had received when it reported. */
  onReport(worker: WorkerId, sequence: number): void;
  /**
   * Resolves when all of the workers that are connected have reported since the call was received, after 250 ms, or when
   * its signal aborts.
   */
  requestReports(workers: readonly WorkerId[], call: Pick<ServerCall, 'receivedAt' | 'signal'>): Promise<void>;
}

/** Maximum time to wait for reports, in case a worker is dead or slow. */
const maxWaitMs = 250;
const coalesceMs = milliseconds(5);

interface Round {
  readonly number: number;
  readonly workers: Set<WorkerId>;
  /** The writers that the request was sent to. Resolves when it was sent. */
  readonly sent: Promise<readonly RequestWriter[]>;
  /** Time when it was sent. Infinity before. */
  sentAt: number;
}

export function createReportRequester(clock: Clock): ReportRequester {
  const writers = new Map<WorkerId, RequestWriter>();
  const reported = new Map<WorkerId, number>();
  const changed = createNotifier(clock);
  let last = 0;
  /** The round that is to be sent, or was sent last. */
  let current: Round | undefined;

  async function send(round: Omit<Round, 'sent'>): Promise<readonly RequestWriter[]> {
    await clock.sleep(coalesceMs);
    round.sentAt = clock.now();
    const requested = [...round.workers].flatMap((worker) => writers.get(worker) ?? []);
    for (const writer of requested) writer.requestReport(round.number);
    return requested;
  }

  function openRound(): Round {
    last += 1;
    const round = { number: last, workers: new Set<WorkerId>(), sentAt: Infinity };
    return Object.assign(round, { sent: send(round) });
  }

  function roundFor(wanted: readonly WorkerId[], receivedAt: number): Round {
    const round = current !== undefined && covers(current, wanted, receivedAt) ? current : (current = openRound());
    for (const worker of wanted) round.workers.add(worker);
    return round;
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
    requestReport(worker) {
      last += 1;
      writers.get(worker)?.requestReport(last);
    },
    onReport(worker, sequence) {
      if (sequence === (reported.get(worker) ?? 0)) return;
      reported.set(worker, sequence);
      changed.notify();
    },
    async requestReports(workers, { receivedAt, signal }) {
      if (workers.length === 0) return;
      const endsAt = clock.now() + maxWaitMs;
      const round = roundFor(workers, receivedAt);
      const requested = await round.sent;
      const isPending = ({ worker }: RequestWriter): boolean => (reported.get(worker) ?? 0) < round.number;
      const isWaitedFor = (writer: RequestWriter): boolean =>
        writers.get(writer.worker) === writer && isPending(writer);
      while (requested.some(isWaitedFor) && clock.now() < endsAt && !signal.aborted)
        await changed.wait(endsAt - clock.now(), signal);
    },
  };
}

/** Returns whether a round is still to be sent, or was sent to all the workers after the call arrived. */
const covers = ({ sentAt, workers }: Round, wanted: readonly WorkerId[], receivedAt: number): boolean =>
  sentAt === Infinity || (sentAt > receivedAt && wanted.every((worker) => workers.has(worker)));
