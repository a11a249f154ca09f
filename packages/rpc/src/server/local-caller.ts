// Calls of a method by its own process: they end like calls over a connection, but nothing is encoded, checked or limited.

import { milliseconds, ParetoError, type Clock } from '@pareto/core';
import type { ServerCall } from '../calls/server-call.js';
import type { UnaryMethod } from '../calls/services.js';
import type { RawCaller } from '../client/client.js';
import type { CallOptions } from '../transport/options.js';
import { StatusError, statusText } from '../transport/status.js';
import { trailerText } from '../transport/status-details.js';

export const createLocalCaller =
  ({ handler, report, maxReplyBytes, clock }: UnaryMethod): RawCaller =>
  (body, options = {}) =>
    new Promise((resolve, reject) => {
      const { signal: caller, timeoutMs } = options;
      if (caller?.aborted === true) return reject(caller.reason as Error);
      const aborter = new AbortController();
      const trailers = new Map<string, string>();
      const end = (): void => {
        timer?.[Symbol.dispose]();
        caller?.removeEventListener('abort', onAbort);
      };
      const abort = (reason: Error): void => {
        end();
        aborter.abort(reason);
        reject(reason);
      };
      const onAbort = (): void => abort(caller?.reason as Error);
      caller?.addEventListener('abort', onAbort);
      const timer =
        timeoutMs === undefined
          ? undefined
          : clock.after(milliseconds(timeoutMs), () =>
              abort(new ParetoError('deadline-exceeded', `no reply within ${timeoutMs} ms`)),
            );
      const fail = (error: unknown): void => {
        end();
        report(error);
        reject(asReceived(error, trailers));
      };
      handler(body, createLocalCall(options, aborter.signal, trailers, clock)).then((reply) => {
        if (reply.length > maxReplyBytes) return fail(tooLarge(reply.length, maxReplyBytes));
        end();
        options.onTrailers?.(trailers);
        resolve({ body: reply, trailers });
      }, fail);
    });

function createLocalCall(
  { metadata = {}, timeoutMs }: CallOptions,
  signal: AbortSignal,
  trailers: Map<string, string>,
  clock: Clock,
): ServerCall {
  const receivedAt = clock.now();
  return {
    ...{ signal, receivedAt, metadata: new Map(Object.entries(metadata)), peer: 'this process', peerRole: undefined },
    remainingMs: () =>
      timeoutMs === undefined ? undefined : milliseconds(Math.max(0, receivedAt + timeoutMs - clock.now())),
    setTrailer: (name, value) => void trailers.set(name, trailerText(value)),
  };
}

/** Returns the error that a caller in another process would receive. */
function asReceived(error: unknown, trailers: ReadonlyMap<string, string>): ParetoError {
  const text = statusText(error);
  const details = error instanceof ParetoError ? error.details : {};
  return new ParetoError(error instanceof ParetoError ? error.code : 'internal', text, {
    cause: new StatusError(text, { cause: error }),
    details: { ...Object.fromEntries(trailers), ...details },
  });
}

const tooLarge = (bytes: number, limit: number): ParetoError =>
  new ParetoError(
    'resource-exhausted',
    `the reply has ${bytes} bytes: expected at most ${limit} (--max-message-bytes)`,
  );
