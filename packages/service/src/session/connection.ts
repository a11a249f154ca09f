// One stream on a channel of its own. A session opens one after another.

import { milliseconds, ParetoError, type Clock, type Milliseconds } from '@pareto/core';
import { createChannel, type CallOptions, type Channel, type ChannelOptions, type DuplexStream } from '@pareto/rpc';
import { afterAwake } from '../liveness/awake-timer.js';
import { createLivenessProbe } from '../liveness/probe-liveness.js';

export interface ConnectionOptions<In, Out> {
  readonly open: (channel: Channel, options: CallOptions) => DuplexStream<In, Out>;
  /** Credentials of the channel, and the expected role of the server. */
  readonly channel: ChannelOptions;
  /**
   * Time without a further message after which the stream counts as broken, unless the controller answers a liveness probe. Does not
   * count the time in which this process was too busy to receive one. Default: 3 s. Controllers send a message each second.
   */
  readonly messageTimeoutMs?: number;
  readonly clock: Clock;
}

export interface Connection<In, Out> {
  /** Ends when the peer ends the stream. Throws if the stream breaks or no message arrives in time. */
  readonly messages: AsyncIterable<In>;
  /** Sends a message. Returns false if the previous one is still being written. */
  send(message: Out): boolean;
  close(): void;
}

/** Opens a stream, which counts as broken if its first message takes longer than `firstMessageMs`. */
export function openConnection<In, Out>(
  options: ConnectionOptions<In, Out>,
  { address, firstMessageMs }: { readonly address: string; readonly firstMessageMs: Milliseconds },
  stopping: AbortSignal,
): Connection<In, Out> {
  const channel = createChannel(address, { ...options.channel, keepaliveMs: noKeepalive });
  const ended = new AbortController();
  const stop = (): void => ended.abort(stopping.reason);
  stopping.addEventListener('abort', stop);
  const stream = options.open(channel, { signal: ended.signal });
  const probe = createLivenessProbe(options.clock);
  const isAlive = async (): Promise<boolean> => (await probe(address)) !== undefined;
  let writing = false;
  return {
    messages: withMessageTimeout(stream, { ...options, firstMessageMs, isAlive }, ended),
    send(message) {
      if (writing) return false;
      writing = true;
      void stream.write(message).finally(() => (writing = false));
      return true;
    },
    close() {
      stopping.removeEventListener('abort', stop);
      channel.close();
    },
  };
}

/** The timeouts below replace the channel's own pings, which take a busy controller for a lost one. */
const noKeepalive = 2 ** 31 - 1;

const defaultMessageTimeoutMs = 3_000;

/** Time without a message after which the stream counts as broken in any case. */
const maxSilentMs = 30_000;

interface MessageTimes extends Pick<ConnectionOptions<never, never>, 'messageTimeoutMs' | 'clock'> {
  readonly firstMessageMs: Milliseconds;
  /** Returns whether the controller answers a liveness probe. */
  readonly isAlive: () => Promise<boolean>;
}

async function* withMessageTimeout<In>(
  stream: AsyncIterable<In>,
  { firstMessageMs, messageTimeoutMs = defaultMessageTimeoutMs, isAlive, clock }: MessageTimes,
  ended: AbortController,
): AsyncGenerator<In, void, undefined> {
  let timeout: ParetoError | undefined;
  const arm = (ms: number, act: () => void): Disposable => afterAwake(clock, milliseconds(ms), act);
  const abort = (ms: number): void => {
    timeout = new ParetoError('unavailable', `the controller sent no message for ${ms} ms`);
    ended.abort(timeout);
  };
  /** Waits for a message that follows `silentMs` of silence. */
  const awaitMessage = (silentMs: number): Disposable =>
    arm(messageTimeoutMs, () => {
      const current = timer;
      const totalMs = silentMs + messageTimeoutMs;
      void isAlive().then((isAnswered) => {
        // A message arrived, or the stream ended meanwhile.
        if (current !== timer) return;
        if (isAnswered && totalMs < maxSilentMs) timer = awaitMessage(totalMs);
        else abort(totalMs);
      });
    });
  let timer = arm(firstMessageMs, () => abort(firstMessageMs));
  const stop = (): void => {
    timer[Symbol.dispose]();
    timer = stopped;
  };
  try {
    for await (const message of stream) {
      stop();
      yield message;
      timer = awaitMessage(0);
    }
  } catch (error) {
    throw timeout ?? error;
  } finally {
    stop();
  }
}

const stopped: Disposable = { [Symbol.dispose]: () => undefined };
