// Reads a worker's messages, and notices when the worker falls silent.

import { milliseconds, type Clock } from '@pareto/core';
import { silentMs } from '@pareto/policy';
import type { wire } from '@pareto/protocol';

/** Time without a message after which the stream is ended in any case, so that the worker opens another one. */
const maxSilentMs = 30_000;

/** A reader of a worker's messages until the stream ends or breaks, the signal aborts, or no message arrives in time. */
export interface MessageReader extends Disposable {
  /** Set if it ended because no message arrived in time. */
  readonly isSilent: boolean;
  /** Returns the next message. Undefined at the end. */
  next(): Promise<wire.WorkerMessage | undefined>;
}

/**
 * Creates the reader. `isAlive` probes the process of a silent worker, during which messages that arrived before are read. One timer
 * and one listener serve all messages, because a fleet sends thousands per second.
 */
export function createMessageReader(
  messages: AsyncIterator<wire.WorkerMessage>,
  isAlive: () => Promise<boolean>,
  clock: Clock,
  signal: AbortSignal,
): MessageReader {
  let receivedAt = clock.now();
  let answeredAt = receivedAt;
  let isEnded = false;
  let isSilent = false;
  let settle: (message: wire.WorkerMessage | undefined) => void = () => undefined;
  const end = (): void => {
    isEnded = true;
    timer[Symbol.dispose]();
    signal.removeEventListener('abort', end);
    settle(undefined);
  };
  const check = (): void => {
    const silentAt = Math.max(receivedAt, answeredAt) + silentMs;
    if (clock.now() < silentAt) return wait(silentAt - clock.now());
    const silentSince = receivedAt;
    void isAlive().then((isAnswered) => {
      if (isEnded) return;
      if (isAnswered && clock.now() - receivedAt < maxSilentMs) answeredAt = clock.now();
      else if (receivedAt === silentSince) {
        isSilent = true;
        return end();
      }
      check();
    });
  };
  const wait = (ms: number): void => void (timer = clock.after(milliseconds(ms), check));
  let timer = clock.after(silentMs, check);
  signal.addEventListener('abort', end);
  return {
    get isSilent() {
      return isSilent;
    },
    next: () =>
      new Promise((resolve) => {
        if (isEnded || signal.aborted) return resolve(undefined);
        settle = resolve;
        messages.next().then((next) => {
          receivedAt = clock.now();
          resolve(next.done === true ? undefined : next.value);
        }, end);
      }),
    [Symbol.dispose]: end,
  };
}
