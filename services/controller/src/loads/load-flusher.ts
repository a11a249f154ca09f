// Writes workers' loads and the counters of variants together at a bounded rate: a change of state within 250 ms,
// counts every five seconds.

import { milliseconds, type Clock, type Milliseconds, type ReplicaReport, type WorkerId } from '@pareto/core';
import type { Logger } from '@pareto/telemetry';
import { countedReports, type VariantCounts } from './counters.js';
import type { Leader } from '../leadership/leadership.js';
import type { Mirror } from '../storage/mirror.js';
import { createWakeSignal } from '../loops/notifier.js';
import { countsOf, flushLimits, planFlush, type UnwrittenLoads } from './plan-flush.js';
import { loadKey, type LoadRecord } from '../storage/records.js';

export interface LoadFlusher {
  /** Queues a reported load to be written. `isStateChange`: a replica or the worker itself changed its state. */
  note(load: ReportedLoad, isStateChange: boolean): void;
  /** Returns the counts that are reported but not yet in the store's counters. */
  uncounted(): readonly VariantCounts[];
  /** Writes until the signal aborts, while this controller leads. */
  run(signal: AbortSignal): Promise<void>;
  /** Writes all pending loads immediately. */
  flush(): Promise<void>;
}

/** A load as the worker reports it. */
export interface ReportedLoad extends Omit<LoadRecord, 'replicas'> {
  readonly replicas: readonly ReplicaReport[];
}

export interface LoadFlusherOptions {
  readonly leader: Pick<Leader, 'term' | 'write' | 'onChange'>;
  readonly mirror: Pick<Mirror, 'records'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

const stateChangeMs = milliseconds(250);
const countsMs = 5_000;

interface Waiting {
  readonly loads: UnwrittenLoads;
  readonly isStateChange: boolean;
}

export function createLoadFlusher(options: LoadFlusherOptions): LoadFlusher {
  const { leader, mirror, clock, logger } = options;
  const waiting = new Map<WorkerId, Waiting>();
  const wakeSignal = createWakeSignal(clock);
  let countsAt = clock.now();
  const writtenOf = (worker: WorkerId): LoadRecord | undefined => mirror.records.loads.get(loadKey(worker))?.value;

  const round = async (isCountsDue: boolean): Promise<void> => {
    if (leader.term === undefined) return;
    if (isCountsDue) countsAt = clock.now();
    const due = [...waiting].filter(([, { isStateChange }]) => isStateChange || isCountsDue);
    await flush(options, waiting, new Map(due)).catch((error: unknown) => logger.warn('load write failed', { error }));
  };
  // Workers report their cumulative counts to the next leader, which may have counted more than this controller.
  leader.onChange(() => waiting.clear());

  return {
    note(reported, isStateChange) {
      const before = waiting.get(reported.worker);
      const last = before?.loads.at(-1) ?? writtenOf(reported.worker);
      const load = {
        ...reported,
        replicas: countedReports(last, reported.incarnation, reported.replicas, clock.wallMs()),
      };
      waiting.set(load.worker, {
        loads: appendLoad(before?.loads ?? [], load),
        isStateChange: isStateChange || before?.isStateChange === true,
      });
      if (isStateChange) wakeSignal.wake();
    },
    uncounted: () => [...waiting].flatMap(([worker, { loads }]) => countsOf(writtenOf(worker), loads)),
    async run(signal) {
      while (!signal.aborted) {
        await wakeSignal.wait(untilCounts(clock, countsAt), signal);
        await clock.sleep(stateChangeMs, signal).catch(() => undefined);
        await round(clock.now() - countsAt >= countsMs);
      }
    },
    flush: () => round(true),
  };
}

/** Appends a load, in place of the last one if it covers the same incarnation and all its replicas. */
function appendLoad(before: UnwrittenLoads, load: LoadRecord): UnwrittenLoads {
  const last = before.at(-1);
  const ids = new Set(load.replicas.map(({ replica }) => replica));
  const isCovered = last?.incarnation === load.incarnation && last.replicas.every(({ replica }) => ids.has(replica));
  return [...(isCovered ? before.slice(0, -1) : before), load];
}

const untilCounts = (clock: Clock, countsAt: Milliseconds): number =>
  Math.max(0, countsAt + countsMs - stateChangeMs - clock.now());

/** Writes the due loads. Loads that were reported meanwhile, or whose write conflicted, wait for the next round. */
async function flush(
  { leader, mirror }: LoadFlusherOptions,
  waiting: Map<WorkerId, Waiting>,
  due: Map<WorkerId, Waiting>,
): Promise<void> {
  while (due.size > 0) {
    const unwritten = Array.from(due.values(), ({ loads }) => loads);
    const { compares, operations, done } = planFlush(unwritten, mirror.records, flushLimits);
    if (operations.length > 0 && !(await leader.write(compares, operations))) return;
    if (operations.length === 0 && done.length === 0) return;
    for (const id of done) {
      const written = due.get(id);
      due.delete(id);
      const left = written === undefined ? undefined : leftOver(waiting.get(id), written);
      if (left === undefined) waiting.delete(id);
      else waiting.set(id, left);
    }
  }
}

/**
 * Returns the loads that were reported during the write, preceded by the last written one, with which they are
 * compared. Undefined if there are none.
 */
function leftOver(now: Waiting | undefined, written: Waiting): Waiting | undefined {
  if (now === undefined || now === written) return undefined;
  return { ...now, loads: now.loads.slice(written.loads.length - 1) };
}
