import { deepEqual } from 'node:assert/strict';
import { createEventQueue } from '../../src/events/event-queue.js';
import type { SentQuery } from '../../src/serving/query.js';
import { watchWorker } from '../../src/serving/watch-worker.js';

describe('the pings of a router', () => {
  /** Returns what happens to a worker that a query was sent to at `usedAt`, and that hangs at `hangsAt`. */
  function watch(hangsAt: number, until: number, usedAt = 0): readonly string[] {
    const events = createEventQueue();
    const seen: string[] = [];
    const worker = { hasEnded: false, isHung: false, loads: () => [] };
    const watched = watchWorker({
      ...{ events, wayMs: 1, worker, startsAt: 0, until },
      ...{ deliver: events.createDelay(1), pause: events.createDelay(501) },
      onLoads: (_, now) => seen.push(`loads ${now}`),
      onLost: (now) => seen.push(`lost ${now}`),
      onAborted: (_, now) => seen.push(`aborted ${now}`),
    });
    events.schedule(usedAt, (now) => watched.sent(now));
    events.schedule(hangsAt, () => {
      worker.isHung = true;
      watched.unanswered.push({} as SentQuery);
    });
    events.runAll();
    return seen;
  }

  it('are sent 500 ms after the last response, and 1 s after it if no query was sent for 10 s', () => {
    deepEqual(watch(Infinity, 1_600), ['loads 2', 'loads 504', 'loads 1006', 'loads 1508']);
    const idle = watch(Infinity, 13_000).map((text) => Number(text.split(' ')[1]));
    // The pause before is 500 ms: 2 ms after a multiple of 502 ms, from 0 to 9,540.
    deepEqual(idle.slice(18), [9_038, 9_540, 10_542, 11_544, 12_546]);
    // A query ends the longer pause from 10,542 on after 500 ms.
    const used = watch(Infinity, 12_000, 10_600).map((text) => Number(text.split(' ')[1]));
    deepEqual(used.slice(20), [10_542, 11_044, 11_546]);
  });

  it('find a worker that hangs after a timeout of 1 s, and abort its queries after another one of 500 ms', () => {
    // The ping of 504 + 500 = 1004 arrives at 1005. Later ones wait for 500 ms, and time out after 1 s.
    deepEqual(watch(700, 6_000), ['loads 2', 'loads 504', 'lost 2004', 'aborted 2504']);
  });
});
