// Asking workers for what they have counted by now, for those who read statistics: many who ask within a moment cost one report.

import { milliseconds, type Clock, type WorkerId } from '@pareto/core';
import { createNotifier } from '../loops/notifier.js';
import type { WorkerStreamWriter } from './worker-stream-writer.js';

type AskedLine = Pick<WorkerStreamWriter, 'worker' | 'requestReport'>;

export interface ReportAsker {
  /** Of a worker whose stream is there. */
  attach(line: AskedLine): void;
  detach(line: AskedLine): void;
  /** A worker reported, and had been asked so often before. */
  heard(worker: WorkerId, asked: number): void;
  /** Resolves when all of them that are connected have reported since, when it has taken too long, or when the signal aborts. */
  ask(workers: readonly WorkerId[], signal: AbortSignal): Promise<void>;
}

/** Of all that it takes: one that is dead or slow is not waited for longer. */
const mostMs = 250;
/** Who asks meanwhile is asked for together. */
const togetherMs = milliseconds(5);

interface Round {
  readonly number: number;
  readonly workers: Set<WorkerId>;
  /** The lines that were asked, once they were. */
  readonly sent: Promise<readonly AskedLine[]>;
}

export function createReportAsker(clock: Clock): ReportAsker {
  const lines = new Map<WorkerId, AskedLine>();
  const answered = new Map<WorkerId, number>();
  const changed = createNotifier(clock);
  let last = 0;
  let next: Round | undefined;

  async function send(number: number, workers: ReadonlySet<WorkerId>): Promise<readonly AskedLine[]> {
    await clock.sleep(togetherMs);
    next = undefined;
    const asked = [...workers].flatMap((worker) => lines.get(worker) ?? []);
    for (const line of asked) line.requestReport(number);
    return asked;
  }

  function openRound(): Round {
    last += 1;
    const workers = new Set<WorkerId>();
    return { number: last, workers, sent: send(last, workers) };
  }

  return {
    attach(line) {
      lines.set(line.worker, line);
      answered.delete(line.worker);
    },
    detach(line) {
      if (lines.get(line.worker) !== line) return;
      lines.delete(line.worker);
      answered.delete(line.worker);
      changed.notify();
    },
    heard(worker, asked) {
      if (asked === (answered.get(worker) ?? 0)) return;
      answered.set(worker, asked);
      changed.notify();
    },
    async ask(workers, signal) {
      if (workers.length === 0) return;
      const endsAt = clock.now() + mostMs;
      const round = (next ??= openRound());
      for (const worker of workers) round.workers.add(worker);
      const asked = await round.sent;
      const isOwed = ({ worker }: AskedLine): boolean => (answered.get(worker) ?? 0) < round.number;
      const isWaitedFor = (line: AskedLine): boolean => lines.get(line.worker) === line && isOwed(line);
      while (asked.some(isWaitedFor) && clock.now() < endsAt && !signal.aborted)
        await changed.wait(endsAt - clock.now(), signal);
    },
  };
}
