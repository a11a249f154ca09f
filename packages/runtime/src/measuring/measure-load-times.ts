// Loads a model as it is loaded after a start of the host, and again as it is loaded later.

import type { Milliseconds } from '@pareto/core';
import type { Executor } from '../executors/executor.js';
import { dropFromPageCache } from './page-cache.js';

export interface LoadTimes {
  /** Of the second load, whose `loadMs` is with the files in the page cache. */
  readonly executor: Executor;
  /** With the files on disk only, as far as the system drops them from its cache. */
  readonly coldLoadMs: Milliseconds;
}

/**
 * Each load gets a fresh process, on a device only when no other model is there. `files`: all that the model consists of.
 * Throws as `load` does.
 */
export async function measureLoadTimes(load: () => Promise<Executor>, files: readonly string[]): Promise<LoadTimes> {
  await dropFromPageCache(files);
  const cold = await load();
  await cold[Symbol.asyncDispose]();
  return { executor: await load(), coldLoadMs: cold.loadMs };
}
