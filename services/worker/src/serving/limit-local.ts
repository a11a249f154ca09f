// Counts the queries of a router in this process, which arrive without a connection, in the limits of the worker.

import { limitError, notExecutedKey, type Payload } from '@pareto/protocol';
import type { Limiter, ReplyReceiver, RoutedHandler } from '@pareto/rpc';

/** Returns a handler that counts each query until it is answered, and rejects those over a limit. */
export function limitLocal(
  handler: RoutedHandler,
  { bytes, limits }: Pick<Limiter, 'bytes' | 'limits'>,
): RoutedHandler {
  const connection = {};
  let open = 0;
  return (call, receiver) => {
    if (open >= limits.streams) return receiver.fail(tooManyQueries(limits.streams));
    const held = bytes.open(connection, (error) => receiver.fail(error));
    if (!held.take(call.payload.length, false)) return;
    open += 1;
    const end = (): void => {
      open -= 1;
      held[Symbol.dispose]();
    };
    handler(call, new CountedReceiver(receiver, end));
  };
}

class CountedReceiver implements ReplyReceiver {
  readonly #receiver: ReplyReceiver;
  readonly #end: () => void;
  #isEnded = false;

  constructor(receiver: ReplyReceiver, end: () => void) {
    this.#receiver = receiver;
    this.#end = end;
  }
  succeed(reply: Payload): void {
    this.#endOnce();
    this.#receiver.succeed(reply);
  }
  fail(error: unknown): void {
    this.#endOnce();
    this.#receiver.fail(error);
  }
  #endOnce(): void {
    if (!this.#isEnded) this.#end();
    this.#isEnded = true;
  }
}

const tooManyQueries = (max: number): Error =>
  limitError(
    'streams',
    'resource-exhausted',
    `the worker has ${max} queries of its own router; retry later; the limit is set by --worker-max-streams`,
    { [notExecutedKey]: '1' },
  );
