// Compaction of the store's history: the leader drops revisions that are older than ten minutes.

import { milliseconds, type Clock, type Milliseconds } from '@pareto/core';
import type { Revision, Store } from '@pareto/state';
import type { Logger } from '@pareto/telemetry';
import type { Leader } from '../leadership/leadership.js';
import type { Mirror } from '../storage/mirror.js';

export interface CompactionOptions {
  readonly store: Store;
  readonly mirror: Mirror;
  readonly leader: Leader;
  /** Interval of compactions. 0 means never. */
  readonly everyMinutes: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Mark {
  readonly at: Milliseconds;
  readonly revision: Revision;
}

const minuteMs = 60_000;
const historyMs = 10 * minuteMs;

/**
 * Runs until the signal aborts. Every controller notes the revision each minute, so that a new leader has the revision
 * of ten minutes ago.
 */
export async function runCompaction(options: CompactionOptions, signal: AbortSignal): Promise<void> {
  const { mirror, everyMinutes, clock } = options;
  let marks: readonly Mark[] = [];
  mirror.onRestored(() => {
    marks = [];
  });
  if (everyMinutes === 0) return;
  for (let minute = 1; await minuteHasPassed(clock, signal); minute += 1) {
    if (!mirror.synced) continue;
    marks = [...marks, { at: clock.now(), revision: mirror.revision }];
    const [due, rest] = dueMark(marks, clock.now());
    if (due === undefined || minute % everyMinutes !== 0) continue;
    marks = rest;
    await compact(options, due.revision);
  }
}

const minuteHasPassed = (clock: Clock, signal: AbortSignal): Promise<boolean> =>
  clock.sleep(milliseconds(minuteMs), signal).then(
    () => true,
    () => false,
  );

/** Returns the newest mark that is old enough, and the marks after it. */
function dueMark(marks: readonly Mark[], now: Milliseconds): readonly [Mark | undefined, readonly Mark[]] {
  const index = marks.findLastIndex(({ at }) => now - at >= historyMs);
  return [marks[index], marks.slice(index + 1)];
}

/** Compacts the history. The empty write before it fails unless this controller still leads. */
async function compact({ store, leader, logger }: CompactionOptions, revision: Revision): Promise<void> {
  if (leader.term === undefined) return;
  try {
    await leader.write([], []);
    await store.compact(revision);
    logger.debug('store history compacted', { revision });
  } catch (error) {
    logger.warn('store compaction failed', { revision, error });
  }
}
