// One watch on one member of etcd. Yields complete revisions, and throws if the member stops responding. Reads only on demand,
// so that a slow reader makes etcd wait and needs no memory here.

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
  /** Revision that the member reported just before. A revision never decreases. */
  readonly memberRevision: Revision;
  readonly onContact: () => void;
}

const progressMs = milliseconds(1_000);
const timeoutMs = 3_000;

type Stream = IDuplexStream<IWatchRequest, IWatchResponse> & AsyncIterable<IWatchResponse>;

/** Streams a watch. Ends with an error, or after `compacted`. */
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
 * Returns a request that starts one revision early: etcd may remove a deletion at the compacted revision itself, but reports
 * `compacted` only for earlier revisions.
 */
function createRequest({ keys, prefix, from }: StreamScope): NonNullable<IWatchRequest['create_request']> {
  return { ...keys.under(prefix), start_revision: Math.max(1, from - 1), fragment: true };
}

/** Requests a progress message each second while none arrives. Throws after 3 s without a message. */
async function* responsesOf(stream: Stream, { clock, onContact }: StreamScope): AsyncGenerator<IWatchResponse> {
  const responses = stream[Symbol.asyncIterator]();
  const link: { waitingSince?: number | undefined; hasTimedOut: boolean } = { hasTimedOut: false };
  const requestProgress = (): void => {
    timer = clock.after(progressMs, requestProgress);
    if (link.waitingSince === undefined) return;
    link.hasTimedOut = clock.now() - link.waitingSince >= timeoutMs;
    if (link.hasTimedOut) stream.cancel();
    else stream.write({ progress_request: {} });
  };
  let timer = clock.after(progressMs, requestProgress);
  try {
    for (;;) {
      link.waitingSince = clock.now();
      const next = await responses.next();
      link.waitingSince = undefined;
      if (next.done === true) throw new Error('the member ended the watch');
      onContact();
      yield next.value;
    }
  } catch (error) {
    throw link.hasTimedOut ? new Error(`the member sent nothing for ${timeoutMs} ms`, { cause: error }) : error;
  } finally {
    timer[Symbol.dispose]();
  }
}

async function* wholeRevisions(
  responses: AsyncIterable<IWatchResponse>,
  { keys, from, memberRevision }: StreamScope,
): AsyncGenerator<Watched> {
  let incomplete: readonly IEvent[] = [];
  for await (const response of responses) {
    if (response.canceled) {
      if (response.compact_revision === '0')
        throw new Error(`the member rejected the watch: ${response.cancel_reason}`);
      yield { kind: 'compacted', revision: Number(response.compact_revision) + 1 };
      return;
    }
    if (Number(response.header.revision) < memberRevision)
      throw new Error('the revision of the store went back during a watch');
    const all = [...incomplete, ...response.events];
    // The last revision of a fragment may continue in the next fragment.
    const last = response.fragment ? all.at(-1)?.kv.mod_revision : undefined;
    const whole = all.filter(({ kv }) => kv.mod_revision !== last && Number(kv.mod_revision) >= from);
    incomplete = all.filter(({ kv }) => kv.mod_revision === last);
    const revision = Number(whole.at(-1)?.kv.mod_revision);
    if (whole.length > 0) yield { kind: 'events', revision, events: whole.map((event) => eventOf(keys, event)) };
  }
}

function eventOf(keys: Keys, { type, kv }: IEvent): WatchEvent {
  if (type === 'Put') return { kind: 'put', entry: entryOf(keys, kv) };
  return { kind: 'delete', key: keys.own(kv.key), revision: Number(kv.mod_revision) };
}
