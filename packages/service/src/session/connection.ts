// One stream on a channel of its own. A session opens one after another.

import { milliseconds, ParetoError, type Clock } from '@pareto/core';
import { createChannel, type CallOptions, type Channel, type ChannelOptions, type DuplexStream } from '@pareto/rpc';

export interface ConnectionOptions<In, Out> {
  readonly open: (channel: Channel, options: CallOptions) => DuplexStream<In, Out>;
  /** Credentials of the channel, and the expected role of the server. */
  readonly channel: ChannelOptions;
  /** Time without a message after which the stream counts as broken. Default: 3 s. Controllers send a message each second. */
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

export function openConnection<In, Out>(
  options: ConnectionOptions<In, Out>,
  address: string,
  stopping: AbortSignal,
): Connection<In, Out> {
  const channel = createChannel(address, options.channel);
  const ended = new AbortController();
  const stop = (): void => ended.abort(stopping.reason);
  stopping.addEventListener('abort', stop);
  const stream = options.open(channel, { signal: ended.signal });
  let writing = false;
  return {
    messages: withMessageTimeout(stream, options, ended),
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

async function* withMessageTimeout<In>(
  stream: AsyncIterable<In>,
  {
    messageTimeoutMs = defaultMessageTimeoutMs,
    clock,
  }: Pick<ConnectionOptions<never, never>, 'messageTimeoutMs' | 'clock'>,
  ended: AbortController,
): AsyncGenerator<In, void, undefined> {
  const timeout = new ParetoError('unavailable', `the controller sent no message for ${messageTimeoutMs} ms`);
  const arm = (): Disposable => clock.after(milliseconds(messageTimeoutMs), () => ended.abort(timeout));
  let timer = arm();
  try {
    for await (const message of stream) {
      timer[Symbol.dispose]();
      yield message;
      timer = arm();
    }
  } catch (error) {
    throw ended.signal.reason === timeout ? timeout : error;
  } finally {
    timer[Symbol.dispose]();
  }
}
