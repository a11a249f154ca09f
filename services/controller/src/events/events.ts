// The log of what the leaders did and why. The leader writes events to the store in batches, so that every controller
// has them. An event is visible once it is stored: a client that follows neither misses nor repeats one when the leader
// changes.

import { milliseconds, type Clock, type Milliseconds } from '@pareto/core';
import {
  defaultEventLogParams,
  eventWriteDelayMs,
  planEventWrite,
  type EventLogParams,
  type LoggedEntry,
} from '@pareto/policy';
import type { Operation } from '@pareto/state';
import type { Logger } from '@pareto/telemetry';
import type { Leader } from '../leadership/leadership.js';
import { createNotifier, createWakeSignal, type Notifier } from '../loops/notifier.js';
import type { Mirror } from '../storage/mirror.js';
import { unchangedSince, type Stored } from '../storage/record-tables.js';
import { eventsKey, putRecord, type EventsRecord, type LoggedEvent } from '../storage/records.js';
import { createRepeats, identityOf, type ClusterEvent } from './repeats.js';

export interface EventLog {
  /** Adds an event, which occurred at `atWallMs` (default: now). Does nothing if this controller does not lead. */
  add(event: ClusterEvent, atWallMs?: number): void;
  /** Returns the stored events with a larger id, in order. */
  since(id: number): readonly LoggedEvent[];
  /** Returns the largest id of the stored events. 0 if there are none. */
  lastId(): number;
  /** Resolves when the events that were added so far are stored, after 2 s, or when the signal aborts. */
  stored(signal: AbortSignal): Promise<void>;
  /** Notifies of new stored events. */
  readonly changed: Pick<Notifier, 'wait'>;
  /** Writes until the signal aborts, while this controller leads. */
  run(signal: AbortSignal): Promise<void>;
  /** Writes all added events immediately. Failures are logged. */
  flush(): Promise<void>;
}

export interface EventLogOptions {
  readonly leader: Pick<Leader, 'term' | 'write' | 'onChange'>;
  readonly mirror: Pick<Mirror, 'records' | 'onChange'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly params?: EventLogParams;
}

const idleMs = 60_000;
const maxStoreMs = 2_000;
/** Maximum length of a reason, some of which come from workers. */
const maxReason = 1_000;

export function createEventLog(options: EventLogOptions): EventLog {
  const { leader, mirror, clock, logger, params = defaultEventLogParams } = options;
  const changed = createNotifier(clock);
  const wakeSignal = createWakeSignal(clock);
  const repeats = createRepeats();
  /** Events that are not stored yet, as far as the mirror shows. */
  let pending: readonly LoggedEvent[] = [];
  let writtenAt = milliseconds(-Infinity);
  let writing = Promise.resolve();

  const chunks = (): readonly Stored<EventsRecord>[] =>
    [...mirror.records.events.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  const lastId = (): number => chunks().at(-1)?.value.events.at(-1)?.id ?? 0;

  /** Writes pending events. Returns whether some are left. */
  const write = async (): Promise<boolean> => {
    if (leader.term === undefined || pending.length === 0) return false;
    writtenAt = clock.now();
    if (!(await writeEvents(options, chunks(), pending, params))) return false;
    // The mirror shows this write, and an earlier one with an unknown outcome: only the leader writes events.
    const last = lastId();
    pending = pending.filter(({ id }) => id > last);
    return pending.length > 0;
  };
  const flush = async (): Promise<void> => {
    try {
      while (await write());
    } catch (error) {
      logger.warn('event write failed', { error });
    }
  };

  leader.onChange(() => {
    repeats.clear();
    if (leader.term === undefined) return;
    // Events of an earlier term of this controller are kept only if no other controller has led since.
    if (pending[0]?.id !== lastId() + 1) pending = [];
    wakeSignal.wake();
  });
  mirror.onChange((kinds) => {
    if (kinds.has('events')) changed.notify();
  });

  return {
    changed,
    lastId,
    add(event, atWallMs = clock.wallMs()) {
      if (leader.term === undefined) return;
      const reason = event.reason.slice(0, maxReason);
      const next = (pending.at(-1)?.id ?? lastId()) + 1;
      const { id, count } = repeats.observe({ ...event, reason }, next, clock.now());
      const logged = { ...event, reason, id, atWallMs, count };
      if (id === next) pending = [...pending.slice(1 - params.maxEvents), logged];
      else pending = pending.map((other) => (other.id === id ? logged : other));
      wakeSignal.wake();
    },
    since: (id) =>
      chunks()
        .filter(({ value: { events } }) => (events.at(-1)?.id ?? 0) > id)
        .flatMap(({ value: { events } }) => events.filter((event) => event.id > id)),
    async stored(signal) {
      const wanted = leader.term === undefined ? 0 : (pending.at(-1)?.id ?? 0);
      const deadline = clock.now() + maxStoreMs;
      while (lastId() < wanted && clock.now() < deadline && !signal.aborted)
        await changed.wait(Math.max(1, deadline - clock.now()), signal);
    },
    async run(signal) {
      while (!signal.aborted) {
        if (pending.length === 0 || leader.term === undefined) await wakeSignal.wait(idleMs, signal);
        await clock.sleep(delayOf(clock.now(), writtenAt, params), signal).catch(() => undefined);
        await (writing = writing.then(flush));
      }
    },
    flush: () => (writing = writing.then(flush)),
  };
}

const delayOf = (now: Milliseconds, writtenAt: Milliseconds, params: EventLogParams): Milliseconds =>
  milliseconds(eventWriteDelayMs(now - writtenAt, params));

interface Entry extends LoggedEntry {
  readonly event: LoggedEvent;
}

const entryOf = (event: LoggedEvent): Entry => ({
  event,
  key: identityOf(event),
  isRepeat: event.count > 1,
  bytes: Buffer.byteLength(JSON.stringify(event)) + 1,
});

/**
 * Writes as many events as one write may have, and deletes chunks that are not kept. Returns false if an earlier write
 * took effect only now.
 */
async function writeEvents(
  { leader, clock }: EventLogOptions,
  chunks: readonly Stored<EventsRecord>[],
  pending: readonly LoggedEvent[],
  params: EventLogParams,
): Promise<boolean> {
  const stored = chunks.map(({ value: { events } }) => ({
    count: events.length,
    newestWallMs: events.at(-1)?.atWallMs ?? 0,
  }));
  const last = chunks.at(-1);
  const lastEntries = last?.value.events.map(entryOf) ?? [];
  const plan = planEventWrite(stored, lastEntries, pending.map(entryOf), clock.wallMs(), params);
  const put = (key: string, entries: readonly Entry[]): Operation =>
    putRecord(key, { events: entries.map(({ event }) => event) });
  const added = plan.added.map((entries) => ({ key: eventsKey(entries[0]?.event.id ?? 0), entries }));
  return leader.write(
    [
      ...(last === undefined ? [] : [unchangedSince(last.key, last)]),
      ...added.map(({ key }) => unchangedSince(key, undefined)),
    ],
    [
      ...(last === undefined || plan.last === undefined ? [] : [put(last.key, plan.last)]),
      ...added.map(({ key, entries }) => put(key, entries)),
      ...chunks.slice(0, plan.dropped).map(({ key }): Operation => ({ kind: 'delete', key })),
    ],
  );
}
