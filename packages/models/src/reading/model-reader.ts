// Reads models and validation sets of clients in processes of their own, so that a hostile file costs the service neither
// memory nor time of its event loop.

import { stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { milliseconds, ParetoError, type Clock } from '@pareto/core';
import { environmentOnly, type Isolation } from '@pareto/isolation';
import { checkGraphSize, type InspectedModel } from '../inspection/inspect.js';
import { startModelProcess, type JobLimits, type ModelProcess } from '../process/model-process.js';
import { openPlain } from './open-plain.js';
import {
  rewrittenName,
  type ReaderJob,
  type RewriteRequest,
  type UnpackedSet,
  type UnpackRequest,
} from './reader-protocol.js';
import { openSampleSet, type SampleSet } from './sample-set.js';

export interface ModelReader extends Disposable {
  /**
   * Inspects a model by the path of its graph. Throws `invalid-argument` with the reason if the model can't be served,
   * and `resource-exhausted` if it needs too much memory, or if too many models wait.
   */
  inspect(graph: string, signal?: AbortSignal): Promise<InspectedModel>;
  /**
   * Rewrites a model that can't be served as it is, see `InspectedModel.isRewritten`. Returns the rewritten graph, opened
   * for reading. Throws as `inspect` does.
   */
  rewrite(request: RewriteRequest, signal?: AbortSignal): Promise<FileHandle>;
  /**
   * Unpacks a validation set into the folder of the request, and opens it. Throws `invalid-argument` if it does not fit
   * signature and metric, and `resource-exhausted` if it needs more memory than the limit.
   */
  openSet(request: UnpackRequest, memoryBytes: number, signal?: AbortSignal): Promise<SampleSet>;
}

export interface ModelReaderOptions {
  readonly clock: Clock;
  readonly isolation?: Isolation;
}

const script = fileURLToPath(new URL('../../dist/reading/reader-main.cjs', import.meta.url));
/** Limits of the running and of the waiting jobs. */
const [maxRunning, maxWaiting] = [2, 64];
/** Time for which a process is kept for the next job: a start takes 0.2 s of CPU time. */
const idleMs = milliseconds(10_000);
/** Memory for the objects of a graph. The size of its file comes on top, in steps, so that a process fits other models. */
const [objectBytes, stepBytes] = [2 ** 30, 2 ** 26];
const inspection = {
  what: 'reading the model',
  timeoutMs: 60_000,
  advice: 'store the weights as raw data or external data, and use fewer nodes',
};
const unpacking = {
  what: 'reading the validation set',
  timeoutMs: 600_000,
  advice: 'use fewer samples, or give the worker more memory',
};

/** Returns the memory to hold a number of copies of a graph. Throws `invalid-argument` if the graph is too large. */
async function memoryFor(graph: string, copies = 1): Promise<number> {
  const { size } = await stat(graph);
  checkGraphSize(size);
  return objectBytes + stepBytes * Math.ceil((copies * size) / stepBytes);
}

export function createModelReader({ clock, isolation = environmentOnly }: ModelReaderOptions): ModelReader {
  const idle = new Map<ModelProcess, Disposable>();
  const running = new Set<ModelProcess>();
  const waiting: (() => void)[] = [];
  let isDisposed = false;
  let slots = maxRunning;

  async function run<Result>(job: ReaderJob, memoryBytes: number, limits: JobLimits): Promise<Result> {
    await takeSlot(limits.what);
    try {
      limits.signal?.throwIfAborted();
      const process = takeProcess(memoryBytes);
      running.add(process);
      try {
        return await process.run<Result>(job, limits);
      } finally {
        running.delete(process);
        keep(process);
      }
    } finally {
      const next = waiting.shift();
      if (next === undefined) slots++;
      else next();
    }
  }

  async function takeSlot(what: string): Promise<void> {
    if (slots > 0) return void slots--;
    if (waiting.length >= maxWaiting)
      throw new ParetoError('resource-exhausted', `${what} has to wait for ${maxWaiting} others: retry later`);
    await new Promise<void>((resolve) => waiting.push(resolve));
  }

  /** Returns an idle process with enough memory, or starts one in place of those with less. */
  function takeProcess(memoryBytes: number): ModelProcess {
    if (isDisposed) throw new ParetoError('unavailable', 'the service stops: retry later');
    for (const [process, timer] of idle) {
      if (process.isEnded || process.memoryBytes < memoryBytes) continue;
      timer[Symbol.dispose]();
      idle.delete(process);
      return process;
    }
    for (const process of idle.keys()) drop(process);
    return startModelProcess({ script, memoryBytes, isolation, clock });
  }

  function keep(process: ModelProcess): void {
    if (process.isEnded || isDisposed) return process[Symbol.dispose]();
    idle.set(
      process,
      clock.after(idleMs, () => drop(process)),
    );
  }

  function drop(process: ModelProcess): void {
    idle.get(process)?.[Symbol.dispose]();
    idle.delete(process);
    process[Symbol.dispose]();
  }

  return {
    async inspect(graph, signal) {
      const limits = { ...inspection, signal, paths: [dirname(graph)] };
      return run({ kind: 'inspect', graph }, await memoryFor(graph), limits);
    },
    async rewrite(request, signal) {
      const { graph, folder } = request;
      const limits = { ...inspection, what: 'rewriting the model', signal, paths: [dirname(graph), folder] };
      // The rewritten graph is as large as the graph.
      await run({ kind: 'rewrite', ...request }, await memoryFor(graph, 2), limits);
      return openPlain(join(folder, rewrittenName));
    },
    async openSet(request, memoryBytes, signal) {
      const paths = [dirname(request.file), request.folder];
      const limits = { ...unpacking, signal, paths };
      return openSampleSet(request.folder, await run<UnpackedSet>({ kind: 'unpack', ...request }, memoryBytes, limits));
    },
    [Symbol.dispose]() {
      isDisposed = true;
      for (const process of [...running, ...idle.keys()]) drop(process);
    },
  };
}
