// Opens the validation set of a step: it is unpacked in a process of its own, into a folder of its own.

import { openWorkFolder } from '@pareto/blobs';
import { publicText } from '@pareto/core';
import type { ModelReader, SampleSet, SetUse } from '@pareto/models';
import { isCausedByFullDisk, RetryableError } from '../orders/retryable-error.js';
import type { BackgroundDeps } from './background-executor.js';

export interface SetDeps extends Pick<BackgroundDeps, 'memoryLimitBytes'> {
  readonly reader: ModelReader;
  /** Folder for the files of steps. */
  readonly work: string;
}

export interface SetRequest extends SetUse {
  /** Path of the validation set. */
  readonly file: string;
  readonly signal: AbortSignal;
}

/** Throws as `ModelReader.openSet` does, and a `RetryableError` if the disk is full. */
export async function openSet(
  { reader, work, memoryLimitBytes }: SetDeps,
  { signal, ...request }: SetRequest,
): Promise<SampleSet> {
  const folder = await openWorkFolder(work);
  try {
    const set = await reader.openSet({ ...request, folder: folder.path }, memoryLimitBytes(), signal);
    return {
      ...set,
      async [Symbol.asyncDispose]() {
        await set[Symbol.asyncDispose]();
        await folder[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await folder[Symbol.asyncDispose]();
    throw isCausedByFullDisk(error) ? new RetryableError(publicText(error), { cause: error }) : error;
  }
}
