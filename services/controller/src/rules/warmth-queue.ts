// The queue of the load and unload requests of clients. At most one of them is in the queue of all writes at a time, so
// that a flood of them does not delay the writes of operators.

import type { ParetoError } from '@pareto/core';
import { defaultLimits, limitError } from '@pareto/protocol';

export interface WarmthRequest {
  readonly tenant: string;
  readonly target: string;
  readonly warm: boolean;
}

/**
 * Queues a request. Equal requests for a target share one write, and of different ones only the last is written. Throws
 * what the write throws, and `resource-exhausted` if requests for too many targets wait.
 */
export type QueueWarmth = (request: WarmthRequest) => Promise<void>;

/** The requests for one target that wait. */
interface Waiting {
  last: WarmthRequest;
  /** The last request by each value of `warm`. */
  readonly requests: Map<boolean, WarmthRequest>;
  /** Resolves after the write, with the errors of the failed requests by their value of `warm`. */
  errors: Promise<ReadonlyMap<boolean, unknown>>;
}

export function createWarmthQueue(write: QueueWarmth, maxTargets: number = defaultLimits.queuedLoads): QueueWarmth {
  const waiting = new Map<string, Waiting>();
  let lastWrite: Promise<unknown> = Promise.resolve();

  function add(key: string, request: WarmthRequest): Waiting {
    if (waiting.size >= maxTargets) throw queueFull(maxTargets);
    const added: Waiting = { last: request, requests: new Map(), errors: Promise.resolve(new Map()) };
    added.errors = lastWrite.then(() => {
      waiting.delete(key);
      return writeLast(added, write);
    });
    lastWrite = added.errors;
    waiting.set(key, added);
    return added;
  }

  return async (request) => {
    const key = JSON.stringify([request.tenant, request.target]);
    const target = waiting.get(key) ?? add(key, request);
    target.last = request;
    target.requests.set(request.warm, request);
    const errors = await target.errors;
    if (errors.has(request.warm)) throw errors.get(request.warm);
  };
}

/** Writes the last request, which replaces an earlier one. If it fails, writes the earlier one instead. */
async function writeLast({ last, requests }: Waiting, write: QueueWarmth): Promise<ReadonlyMap<boolean, unknown>> {
  const errors = new Map<boolean, unknown>();
  for (const warm of [last.warm, !last.warm]) {
    const request = requests.get(warm);
    if (request === undefined) continue;
    try {
      await write(request);
      break;
    } catch (error) {
      errors.set(warm, error);
    }
  }
  return errors;
}

const queueFull = (max: number): ParetoError =>
  limitError(
    'queuedLoads',
    'resource-exhausted',
    `load and unload requests for ${max} models are already waiting to be written: nothing was changed; retry in a few seconds`,
  );
