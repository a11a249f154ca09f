// Sends requests, in an open or a closed loop, and records their outcomes.

import { errorText, ParetoError, type Rng } from '@pareto/core';
import type { RawCaller } from '@pareto/rpc';
import type { Payload } from '../payloads.js';
import type { TalliedClass } from '../tally/class-tally.js';
import type { LoadReport } from '../tally/load-report.js';
import type { Outcome } from '../tally/outcome.js';
import { createTally } from '../tally/tally.js';
import { readAnswer } from './read-answer.js';
import { runClosedLoop, type ClosedLoop } from './closed-loop.js';
import type { LoadClock } from './load-clock.js';
import { runOpenLoop, type OpenLoop } from './open-loop.js';
import type { SendRequest } from './send-request.js';
import { createSenderMeter, type SenderMeter } from './sender-meter.js';

/** Queries with one target and objective, which are also encoded in their payloads. */
export interface LoadClass extends TalliedClass {
  readonly payloads: readonly Payload[];
}

export interface LoadOptions {
  readonly loop: OpenLoop | ClosedLoop;
  readonly classes: readonly LoadClass[];
  /** Index in `classes` for each request, repeated from the start at its end. All 0 if omitted. */
  readonly classIndexes?: ArrayLike<number>;
  /** Time from the start whose requests are not counted. 0 if omitted. */
  readonly warmUpMs?: number;
  /** Length of the intervals of the report. A second if omitted. */
  readonly intervalMs?: number;
  /** gRPC deadline of each request. */
  readonly timeoutMs: number;
  /** Connections, used in rotation. */
  readonly callers: readonly RawCaller[];
  readonly clock: LoadClock;
  readonly rng: Rng;
  /** Stops sending early. Requests in flight are still waited for. */
  readonly signal?: AbortSignal;
  /** Called with each outcome, including those of the warm-up, whose intended send times are negative. */
  readonly onOutcome?: (outcome: Outcome) => void;
}

/** Resolves when every sent request was answered or failed. */
export async function runLoad(options: LoadOptions): Promise<LoadReport> {
  const { loop, classes, clock, signal, warmUpMs = 0, intervalMs = 1_000 } = options;
  const tally = createTally(classes, intervalMs);
  const countedFrom = clock.now() + warmUpMs;
  const meter = createSenderMeter(countedFrom);
  const send = createSender(options, countedFrom, meter, (outcome) => {
    if (outcome.intendedMs >= 0) tally.count(outcome);
    options.onOutcome?.(outcome);
  });
  if (loop.kind === 'open') await runOpenLoop(loop, send, clock, signal);
  else await runClosedLoop(loop, send, clock, signal);
  const sender = meter.report(loop.kind);
  return { ...tally.report(clock.now() - countedFrom), sender };
}

function createSender(
  options: LoadOptions,
  countedFrom: number,
  meter: SenderMeter,
  count: (outcome: Outcome) => void,
): SendRequest {
  const { classes, classIndexes = [0], callers, clock, rng, timeoutMs } = options;
  return (index, intendedAt) => {
    const classIndex = classIndexes[index % classIndexes.length] ?? 0;
    const payloads = classes[classIndex]?.payloads ?? [];
    const payload = payloads[Math.floor(rng() * payloads.length)];
    const call = callers[index % callers.length];
    if (payload === undefined || call === undefined)
      throw new TypeError('expected at least one payload of each class, and one connection');
    const intendedMs = intendedAt - countedFrom;
    const fail = (error: unknown, latencyMs: number): void => {
      const code = error instanceof ParetoError ? error.code : 'internal';
      const message = errorText(error);
      count({ code, classIndex, intendedMs, latencyMs, variant: '', right: undefined, message });
    };
    const sentAt = clock.now();
    const latencyFrom = Math.min(intendedAt, sentAt);
    meter.sent(intendedAt, sentAt);
    return call(payload.body, { timeoutMs }).then(
      ({ body }) => {
        const latencyMs = clock.now() - latencyFrom;
        try {
          const { variant, right } = readAnswer(body, payload.label);
          count({ code: 'ok', classIndex, intendedMs, latencyMs, variant, right, message: '' });
        } catch (error) {
          fail(error, latencyMs);
        }
      },
      (error: unknown) => fail(error, clock.now() - latencyFrom),
    );
  };
}
