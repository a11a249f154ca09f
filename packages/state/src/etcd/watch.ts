// Watching etcd without losing anything: after each break from the event after the last one seen, on another member if
// need be, and only once a linearizable read has told that the history is still the one that was watched.

import { errorText, milliseconds, type Clock } from '@pareto/core';
import type { Revision, Watched } from '../store.js';
import type { EtcdClient } from './client.js';
import type { Member } from './member.js';
import type { History } from './history.js';
import type { Keys } from './requests.js';
import { streamWatch } from './watch-stream.js';

export interface WatchContext {
  readonly client: EtcdClient;
  readonly history: History;
  readonly keys: Keys;
  readonly clock: Clock;
  readonly onNotice: (message: string, fields: Readonly<Record<string, unknown>>) => void;
  /** Looks whether the history is still the one that is known. Tells who answered, and at which revision. */
  readonly verify: () => Promise<{ readonly member: Member; readonly revision: Revision }>;
}

const firstPauseMs = 50;
const longestPauseMs = 1_000;

/** Which history is followed is settled now, not when the first event is asked for. */
export function watchEtcd(
  context: WatchContext,
  prefix: string,
  from: Revision,
  signal: AbortSignal,
): AsyncGenerator<Watched> {
  const { generation, over } = context.history;
  return follow(context, { prefix, generation, ended: AbortSignal.any([signal, context.client.closed]), over }, from);
}

interface Followed {
  readonly prefix: string;
  readonly generation: number;
  readonly ended: AbortSignal;
  readonly over: AbortSignal;
}

async function* follow(context: WatchContext, followed: Followed, from: Revision): AsyncGenerator<Watched> {
  const { history, clock } = context;
  const { prefix, generation, ended } = followed;
  const stop = AbortSignal.any([ended, followed.over]);
  const link = createLinkState(context.onNotice, prefix);
  let next = from;
  while (!ended.aborted) {
    if (history.generation !== generation) {
      yield { kind: 'restored', revision: history.seen };
      return;
    }
    try {
      for await (const part of openStream(context, prefix, next, stop, link)) {
        if (part.kind !== 'events') {
          yield { kind: part.kind, revision: part.revision };
          return;
        }
        history.changed(generation, part.revision);
        next = part.revision + 1;
        yield { kind: 'events', revision: part.revision, events: part.events };
      }
    } catch (error) {
      if (stop.aborted) continue;
      await clock.sleep(milliseconds(link.lost(error)), stop).catch(() => undefined);
    }
  }
}

async function* openStream(
  context: WatchContext,
  prefix: string,
  from: Revision,
  stop: AbortSignal,
  link: LinkState,
): AsyncGenerator<Watched> {
  const { client, history, keys, clock } = context;
  const { member, revision } = await context.verify();
  if (stop.aborted) return;
  // Nobody can have read a revision of this history that is yet to come, or one from before its beginning.
  if (from > revision + 1 || from <= history.begunAt) {
    yield { kind: 'restored', revision };
    return;
  }
  const onHeard = (): void => {
    history.heard();
    link.found();
  };
  try {
    yield* streamWatch(member, { keys, clock, prefix, from, memberRevision: revision, onHeard }, stop);
  } catch (error) {
    client.avoid(member);
    throw error;
  }
}

interface LinkState {
  found(): void;
  /** Returns how long to wait before the next try. */
  lost(error: unknown): number;
}

/** Says when the watch is lost, and when it is back; once each. */
function createLinkState(onNotice: WatchContext['onNotice'], prefix: string): LinkState {
  let losses = 0;
  return {
    found() {
      if (losses > 1) onNotice('the store is watched again', { prefix });
      losses = 0;
    },
    lost(error) {
      losses += 1;
      if (losses === 2) onNotice('the store can not be watched', { prefix, error: errorText(error) });
      return Math.min(longestPauseMs, firstPauseMs * 2 ** (losses - 1));
    },
  };
}
