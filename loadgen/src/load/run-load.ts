// The open loop: sends requests at their times, whether or not earlier ones were answered, and records their outcomes.

import { milliseconds, ParetoError, type Clock, type Rng } from '@pareto/core';
import { toNumbers } from '@pareto/models';
import { decodeInferResponse, type RawCaller } from '@pareto/rpc';
import type { TalliedClass } from './class-tally.js';
import type { Payload } from './payloads.js';
import { createTally, type LoadReport, type Outcome } from './tally.js';

/** Queries with one objective, which is also encoded in their payloads. */
export interface LoadClass extends TalliedClass {
  readonly payloads: readonly Payload[];
}

export interface LoadOptions {
  /** Send times in ms from the start, ascending. */
  readonly arrivals: ArrayLike<number>;
  readonly classes: readonly LoadClass[];
  /** Index in `classes` for each arrival. All 0 if omitted. */
  readonly classIndexes?: ArrayLike<number>;
  /** gRPC deadline of each request. */
  readonly timeoutMs: number;
  /** Connections, used in rotation. */
  readonly callers: readonly RawCaller[];
  readonly clock: Clock;
  readonly rng: Rng;
  /** Stops sending early. Requests in flight are still waited for. */
  readonly signal?: AbortSignal;
}

/** Sends the requests. Resolves when every sent request was answered or failed. */
export async function runLoad(options: LoadOptions): Promise<LoadReport> {
  const { arrivals, clock, signal } = options;
  const tally = createTally(options.classes);
  const pending: Promise<void>[] = [];
  const startedAt = clock.now();
  const stopped = (): boolean => signal?.aborted === true;
  for (let index = 0; index < arrivals.length && !stopped(); index++) {
    const intendedAt = startedAt + (arrivals[index] ?? 0);
    const early = intendedAt - clock.now();
    if (early > 0) await clock.sleep(milliseconds(early), signal).catch(() => {});
    if (stopped()) break;
    tally.lag(clock.now() - intendedAt);
    pending.push(send(options, index, intendedAt).then((outcome) => tally.count(outcome)));
  }
  await Promise.all(pending);
  return tally.report(clock.now() - startedAt);
}

async function send(options: LoadOptions, index: number, intendedAt: number): Promise<Outcome> {
  const { classes, classIndexes, callers, clock, rng, timeoutMs } = options;
  const classIndex = classIndexes?.[index] ?? 0;
  const payloads = classes[classIndex]?.payloads ?? [];
  const payload = payloads[Math.floor(rng() * payloads.length)];
  const call = callers[index % callers.length];
  if (payload === undefined || call === undefined)
    throw new TypeError('expected at least one payload of each class, and one connection');
  try {
    const { body } = await call(payload.body, { timeoutMs });
    const latencyMs = clock.now() - intendedAt;
    return { code: 'ok', classIndex, latencyMs, ...readAnswer(body, payload.label) };
  } catch (error) {
    const code = error instanceof ParetoError ? error.code : 'internal';
    return { code, classIndex, latencyMs: clock.now() - intendedAt, variant: '', right: undefined };
  }
}

function readAnswer(body: Buffer, label: number | undefined): Pick<Outcome, 'variant' | 'right'> {
  const { parameters, outputs, modelName } = decodeInferResponse(body);
  const variant = String(parameters.get('pareto_variant') ?? modelName);
  const [scores] = outputs;
  if (label === undefined || scores === undefined) return { variant, right: undefined };
  const { datatype, shape, raw } = scores;
  return { variant, right: argmax(toNumbers({ datatype, dims: shape, data: raw })) === label };
}

function argmax(values: ArrayLike<number>): number {
  let best = 0;
  for (let index = 1; index < values.length; index++) if ((values[index] ?? NaN) > (values[best] ?? NaN)) best = index;
  return best;
}
