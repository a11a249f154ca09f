// Follows the store: lists it once, then watches it. A watch that breaks is opened again, and the store is listed again
// if the watched history was compacted or replaced.

import { ParetoError, type Clock } from '@pareto/core';
import type { Entry, Revision, Store, WatchEvent, Watched } from '@pareto/state';
import type { Logger } from '@pareto/telemetry';
import { createBackoff } from '../loops/backoff.js';

export interface FollowOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Each handler is called after `revision` and `synced` have changed. */
export interface FollowHandlers {
  readonly onList: (entries: readonly Entry[]) => void;
  readonly onEvents: (events: readonly WatchEvent[]) => void;
  /** Called when the store's history was replaced, before the new one is listed. */
  readonly onRestored: () => void;
}

export interface StoreFollower {
  /** The latest revision that was listed or watched. */
  readonly revision: Revision;
  /** Set if the store was listed, and its history has not been compacted or replaced since. */
  readonly synced: boolean;
  /** Follows the store until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
}

export function createStoreFollower({ store, clock, logger }: FollowOptions, handlers: FollowHandlers): StoreFollower {
  const backoff = createBackoff(clock);
  let revision = -1;
  let synced = false;

  const list = async (): Promise<void> => {
    const range = await store.range('');
    ({ revision } = range);
    synced = true;
    handlers.onList(range.entries);
  };

  const take = (watched: Watched): void => {
    if (watched.kind === 'events') {
      ({ revision } = watched);
      return handlers.onEvents(watched.events);
    }
    synced = false;
    if (watched.kind === 'compacted')
      return logger.info('store history compacted, listing again', { revision: watched.revision });
    handlers.onRestored();
  };

  /** Follows the store until the watch ends or breaks, or its history is compacted or replaced. */
  const follow = async (signal: AbortSignal): Promise<void> => {
    if (!synced) await list();
    backoff.reset();
    for await (const watched of store.watch('', revision + 1, signal)) {
      take(watched);
      backoff.reset();
      if (!synced) return;
    }
    if (!signal.aborted) throw new ParetoError('unavailable', 'the watch of the store ended');
  };

  const pause = async (error: unknown, signal: AbortSignal): Promise<void> => {
    if (signal.aborted) return;
    logger.warn('store watch failed', { error });
    await backoff.pause(signal);
  };

  return {
    get revision() {
      return revision;
    },
    get synced() {
      return synced;
    },
    async run(signal) {
      while (!signal.aborted) await follow(signal).catch((error: unknown) => pause(error, signal));
    },
  };
}
