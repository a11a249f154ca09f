// One watch on one member of etcd, for as long as it lives: whole revisions, and an error when nothing is heard any more.
// It reads only when asked for more, so that a slow reader is etcd's to wait for and costs no memory here.

import type { IDuplexStream, IEvent, IWatchRequest, IWatchResponse } from 'etcd3';
import { milliseconds, type Clock } from '@pareto/core';
import type { Revision, Watched, WatchEvent } from '../store.js';
import type { Member } from './member.js';
import { entryOf, type Keys } from './requests.js';

export interface StreamScope {
  readonly keys: Keys;
  readonly clock: Clock;
  readonly prefix: string;
  readonly from: Revision;
  /** What the member has said of itself just before: it can only go up. */
  readonly memberRevision: Revision;
  readonly onHeard: () => void;
}

const askEachMs = milliseconds(1_000);
const silentMs = 3_000;

type Stream = IDuplexStream<IWatchRequest, IWatchResponse> & AsyncIterable<IWatchResponse>;

/** Ends by throwing, or after `compacted`. */
export async function* streamWatch(member: Member, scope: StreamScope, stop: AbortSignal): AsyncGenerator<Watched> {
  const stream = (await member.etcd.watchClient.watch()) as Stream;
  const cancel = (): void => stream.cancel();
  stop.addEventListener('abort', cancel);
  try {
    stop.throwIfAborted();
    stream.write({ create_request: createRequest(scope) });
    yield* wholeRevisions(responsesOf(stream, scope), scope);
  } finally {
    stop.removeEventListener('abort', cancel);
    cancel();
  }
}

/**
 * From one revision earlier than wanted: etcd may forget a deletion at the very revision that it is compacted at, and
 * tells `compacted` of earlier ones only.
 */
function createRequest({ keys, prefix, from }: StreamScope): NonNullable<IWatchRequest['create_request']> {
  return { ...keys.under(prefix), start_revision: Math.max(1, from - 1), fragment: true };
}

/** Asks for a sign of life each second while nothing comes; throws after three without one. */
async function* responsesOf(stream: Stream, { clock, onHeard }: StreamScope): AsyncGenerator<IWatchResponse> {
  const responses = stream[Symbol.asyncIterator]();
  const link: { waitingSince?: number | undefined; silent: boolean } = { silent: false };
  const ask = (): void => {
    timer = clock.after(askEachMs, ask);
    if (link.waitingSince === undefined) return;
    link.silent = clock.now() - link.waitingSince >= silentMs;
    if (link.silent) stream.cancel();
    else stream.write({ progress_request: {} });
  };
  let timer = clock.after(askEachMs, ask);
  try {
    for (;;) {
      link.waitingSince = clock.now();
      const next = await responses.next();
      link.waitingSince = undefined;
      if (next.done === true) throw new Error('the watch was ended');
      onHeard();
      yield next.value;
    }
  } catch (error) {
    throw link.silent ? new Error(`nothing was heard for ${silentMs} ms`, { cause: error }) : error;
  } finally {
    timer[Symbol.dispose]();
  }
}

async function* wholeRevisions(
  responses: AsyncIterable<IWatchResponse>,
  { keys, from, memberRevision }: StreamScope,
): AsyncGenerator<Watched> {
  let held: readonly IEvent[] = [];
  for await (const response of responses) {
    if (response.canceled) {
      if (response.compact_revision === '0') throw new Error(`the watch was refused: ${response.cancel_reason}`);
      yield { kind: 'compacted', revision: Number(response.compact_revision) + 1 };
      return;
    }
    if (Number(response.header.revision) < memberRevision) throw new Error('the store went back while it was watched');
    const all = [...held, ...response.events];
    // The last revision of a fragment may go on in the next one.
    const last = response.fragment ? all.at(-1)?.kv.mod_revision : undefined;
    const whole = all.filter(({ kv }) => kv.mod_revision !== last && Number(kv.mod_revision) >= from);
    held = all.filter(({ kv }) => kv.mod_revision === last);
    const revision = Number(whole.at(-1)?.kv.mod_revision);
    if (whole.length > 0) yield { kind: 'events', revision, events: whole.map((event) => eventOf(keys, event)) };
  }
}

function eventOf(keys: Keys, { type, kv }: IEvent): WatchEvent {
  if (type === 'Put') return { kind: 'put', entry: entryOf(keys, kv) };
  return { kind: 'delete', key: keys.own(kv.key), revision: Number(kv.mod_revision) };
}
