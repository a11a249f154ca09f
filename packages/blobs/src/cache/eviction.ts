// Eviction of idle blobs from a cache, least recently used first.

import { rm } from 'node:fs/promises';
import type { Digest } from '@pareto/core';
import { planEviction, type CacheEntry } from './cache-entries.js';

interface Eviction {
  /** Evicts idle blobs until the rest fits, or only blobs in use are left. */
  shrink(): Promise<void>;
  /** Evicts the least recently used idle blob. Returns false if there is none. */
  evictOne(): Promise<boolean>;
  /** Waits until the file of a blob that is being evicted is gone. */
  finished(digest: Digest): Promise<void>;
}

interface EvictionOptions {
  readonly maxBytes: number;
  readonly pathOf: (digest: Digest) => string;
}

export function createEviction(entries: Map<Digest, CacheEntry>, { maxBytes, pathOf }: EvictionOptions): Eviction {
  const evicting = new Map<Digest, Promise<void>>();

  /** Evicts the oldest idle blob that exceeds a limit. Plans one at a time: the next may come into use meanwhile. */
  async function evictBeyond(limitBytes: number): Promise<boolean> {
    const [oldest] = planEviction([...entries.values()], limitBytes);
    if (oldest === undefined) return false;
    const { digest } = oldest;
    entries.delete(digest);
    const removal = rm(pathOf(digest), { force: true });
    evicting.set(digest, removal);
    await removal.finally(() => evicting.delete(digest));
    return true;
  }

  return {
    async shrink() {
      while (await evictBeyond(maxBytes));
    },
    evictOne: () => evictBeyond(0),
    finished: async (digest) => evicting.get(digest),
  };
}
