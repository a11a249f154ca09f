// One stream on a channel of its own. A session opens one after another.

import { milliseconds, ParetoError, type Clock, type Milliseconds } from '@pareto/core';
import { createChannel, type CallOptions, type Channel, type ChannelOptions, type DuplexStream } from '@pareto/rpc';
import { afterAwake } from '../liveness/awake-timer.js';

export interface ConnectionOptions<In, Out> {
  readonly open: (channel: Channel, options: CallOptions) => DuplexStream<In, Out>;
  /** Credentials of the channel, and the expected role of the server. */
  readonly channel: ChannelOptions;
  /**
   * Time without a further message after which the stream counts as broken, without the time in which this process was too busy
   * to receive one. Default: 3 s. Controllers send a message each second.
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
  const channel = createChannel(address, options.channel);
  const ended = new AbortController();
  const stop = (): void => ended.abort(stopping.reason);
  stopping.addEventListener('abort', stop);
  const stream = options.open(channel, { signal: ended.signal });
  let writing = false;
  return {
    messages: withMessageTimeout(stream, { ...options, firstMessageMs }, ended),
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

const defaultMessageTimeoutMs = 3_000;

interface MessageTimes extends Pick<ConnectionOptions<never, never>, 'messageTimeoutMs' | 'clock'> {
  readonly firstMessageMs: Milliseconds;
}

async function* withMessageTimeout<In>(
  stream: AsyncIterable<In>,
  { firstMessageMs, messageTimeoutMs = defaultMessageTimeoutMs, clock }: MessageTimes,
  ended: AbortController,
): AsyncGenerator<In, void, undefined> {
  let timeout: ParetoError | undefined;
  const arm = (ms: number): Disposable =>
    afterAwake(clock, milliseconds(ms), () => {
      timeout = new ParetoError('unavailable', `the controller sent no message for ${ms} ms`);
      ended.abort(timeout);
    });
  let timer = arm(firstMessageMs);
  try {
    for await (const message of stream) {
      timer[Symbol.dispose]();
      yield message;
      timer = arm(messageTimeoutMs);
    }
  } catch (error) {
    throw timeout ?? error;
  } finally {
    timer[Symbol.dispose]();
  }
}
