// Measures the load times of a model: with cold files, as after a start of the host, and with cached files.

import type { Milliseconds } from '@pareto/core';
import type { Executor } from '../executors/executor.js';
import { dropFromPageCache } from './page-cache.js';

export interface LoadTimes {
  /** Executor of the second load, whose `loadMs` is with the files in the page cache. */
  readonly executor: Executor;
  /** Load time with the files on disk only, as far as the system drops them from the page cache. */
  readonly coldLoadMs: Milliseconds;
}

/**
 * Loads a model twice, each time in a new process; on a device, only if the device has no other model. `files` are all
 * files of the model. Throws as `load` does.
 */
export async function measureLoadTimes(load: () => Promise<Executor>, files: readonly string[]): Promise<LoadTimes> {
  await dropFromPageCache(files);
  const cold = await load();
  await cold[Symbol.asyncDispose]();
  return { executor: await load(), coldLoadMs: cold.loadMs };
}
