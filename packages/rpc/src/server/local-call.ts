// Calls of a method by its own process: they end like calls over a connection, but nothing is encoded, checked or limited.

import { milliseconds, ParetoError, type Clock, type Milliseconds } from '@pareto/core';
import { CallCancellation } from '../calls/cancellation.js';
import type { ServerCall } from '../calls/server-call.js';
import type { UnaryMethod } from '../calls/services.js';
import type { PayloadCall, PayloadReply } from '../client/client.js';
import type { CallOptions } from '../transport/options.js';
import { StatusError } from '../limits/limit-error.js';
import { replyTooLarge } from '../transport/size-limit.js';
import { statusText } from '../transport/status.js';
import { trailerText } from '../transport/status-details.js';
import { TextFields } from '../transport/text-fields.js';

export const createLocalCall =
  ({ handler, report, maxReplyBytes, clock }: UnaryMethod): PayloadCall =>
  (request, options, done) => {
    const { timeoutMs } = options;
    const call = new LocalCall(options, clock);
    let isEnded = false;
    const end = (outcome: PayloadReply | ParetoError): void => {
      if (isEnded) return;
      isEnded = true;
      timer?.[Symbol.dispose]();
      done(outcome);
    };
    const cancel = (reason: ParetoError): void => {
      call.cancellation.abort(reason);
      end(reason);
    };
    const timer =
      timeoutMs === undefined
        ? undefined
        : clock.after(milliseconds(timeoutMs), () =>
            cancel(new ParetoError('deadline-exceeded', `no reply within ${timeoutMs} ms`)),
          );
    const fail = (error: unknown): void => {
      if (isEnded) return;
      report(error);
      end(asReceived(error, call.trailers));
    };
    handler(request, call).then((payload) => {
      if (payload.length > maxReplyBytes) fail(replyTooLarge(payload.length, maxReplyBytes));
      else end({ payload, trailers: call.trailers });
    }, fail);
    return () => cancel(new ParetoError('cancelled', 'the caller cancelled the call'));
  };

class LocalCall implements ServerCall {
  readonly peer = 'this process';
  readonly peerRole = undefined;
  readonly metadata: TextFields = new TextFields();
  readonly trailers: TextFields = new TextFields();
  readonly cancellation: CallCancellation = new CallCancellation();
  readonly receivedAt: Milliseconds;
  readonly #timeoutMs: number | undefined;
  readonly #clock: Clock;

  constructor({ metadata = {}, timeoutMs }: CallOptions, clock: Clock) {
    for (const name in metadata) this.metadata.set(name, metadata[name] ?? '');
    this.receivedAt = clock.now();
    this.#timeoutMs = timeoutMs;
    this.#clock = clock;
  }
  get signal(): AbortSignal {
    return this.cancellation.signal;
  }
  remainingMs(): Milliseconds | undefined {
    if (this.#timeoutMs === undefined) return undefined;
    return milliseconds(Math.max(0, this.receivedAt + this.#timeoutMs - this.#clock.now()));
  }
  setTrailer(name: string, value: string): void {
    this.trailers.set(name, trailerText(value));
  }
}

/** Returns the error that a caller in another process would receive. */
function asReceived(error: unknown, trailers: ReadonlyMap<string, string>): ParetoError {
  const text = statusText(error);
  const [code, details] = error instanceof ParetoError ? [error.code, error.details] : (['internal', {}] as const);
  return new ParetoError(code, text, {
    cause: new StatusError(text, { cause: error }),
    details: { ...Object.fromEntries(trailers), ...details },
  });
}
