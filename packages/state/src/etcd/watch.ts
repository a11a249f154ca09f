// A watch of etcd that misses no event: after each interruption it continues after the last event, on another member if needed,
// once a linearizable read has confirmed that the history is still the same.

import { errorText, milliseconds, type Clock } from '@pareto/core';
import { epochKey } from '../identity.js';
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
  /** Checks that the history is current. Returns the member that responded and its revision. */
  readonly verify: () => Promise<{ readonly member: Member; readonly revision: Revision }>;
}

const minPauseMs = 50;
const maxPauseMs = 1_000;

/** Watches the history that is current at the time of the call, not when the first event is read. */
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
        if (part.events.some((event) => event.kind === 'delete' && event.key === epochKey)) {
          // The other deletions are part of the loss. The verification throws until the store is in use again.
          await context.verify();
          yield { kind: 'restored', revision: history.seen };
          return;
        }
        history.recordChange(generation, part.revision);
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
  // The revision was read in another history: in this one it is in the future or before the beginning.
  if (from > revision + 1 || from <= history.begunAt) {
    yield { kind: 'restored', revision };
    return;
  }
  const onContact = (): void => {
    history.recordContact();
    link.found();
  };
  try {
    yield* streamWatch(member, { keys, clock, prefix, from, memberRevision: revision, onContact }, stop);
  } catch (error) {
    client.avoid(member);
    throw error;
  }
}

interface LinkState {
  found(): void;
  /** Returns the pause before the next try, in milliseconds. */
  lost(error: unknown): number;
}

/** Reports the loss and the recovery of a watch, once each. */
function createLinkState(onNotice: WatchContext['onNotice'], prefix: string): LinkState {
  let losses = 0;
  return {
    found() {
      if (losses > 1) onNotice('watch of the store resumed', { prefix });
      losses = 0;
    },
    lost(error) {
      losses += 1;
      if (losses === 2) onNotice('watch of the store interrupted', { prefix, error: errorText(error) });
      return Math.min(maxPauseMs, minPauseMs * 2 ** (losses - 1));
    },
  };
}
