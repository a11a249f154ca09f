// Keeping the store's history short: the leader forgets what is older than ten minutes.

import { milliseconds, type Clock, type Milliseconds } from '@pareto/core';
import type { Revision, Store } from '@pareto/state';
import type { Logger } from '@pareto/telemetry';
import type { Leader } from '../leadership/leadership.js';
import type { Mirror } from '../storage/mirror.js';

export interface CompactionOptions {
  readonly store: Store;
  readonly mirror: Mirror;
  readonly leader: Leader;
  /** 0: never. */
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

/** Until the signal aborts. A mark is set each minute, on every controller, so that a new leader knows how far back is what. */
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

/** The newest mark that is old enough, and those after it. */
function dueMark(marks: readonly Mark[], now: Milliseconds): readonly [Mark | undefined, readonly Mark[]] {
  const index = marks.findLastIndex(({ at }) => now - at >= historyMs);
  return [marks[index], marks.slice(index + 1)];
}

/** One that leads no more by now is told so by the store first. */
async function compact({ store, leader, logger }: CompactionOptions, revision: Revision): Promise<void> {
  if (leader.term === undefined) return;
  try {
    await leader.write([], []);
    await store.compact(revision);
    logger.debug('store history compacted', { revision });
  } catch (error) {
    logger.warn('store history not compacted', { revision, error });
  }
}
