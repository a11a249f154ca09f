// One stream on one channel: what a session opens again and again.

import { milliseconds, ParetoError, type Clock } from '@pareto/core';
import { createChannel, type CallOptions, type Channel, type ChannelOptions, type DuplexStream } from '@pareto/rpc';

export interface ConnectionOptions<In, Out> {
  readonly open: (channel: Channel, options: CallOptions) => DuplexStream<In, Out>;
  /** How the channel proves who calls, and who must answer. */
  readonly channel: ChannelOptions;
  /** A stream that is silent for this long is broken; 3 s if left out: controllers say something each second. */
  readonly silenceMs?: number;
  readonly clock: Clock;
}

export interface Connection<In, Out> {
  /** Ends when the peer ends it, throws when it breaks or is silent for too long. */
  readonly messages: AsyncIterable<In>;
  /** False when there is no room. */
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
    messages: watchSilence(stream, options, ended),
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

const defaultSilenceMs = 3_000;

async function* watchSilence<In>(
  stream: AsyncIterable<In>,
  { silenceMs = defaultSilenceMs, clock }: Pick<ConnectionOptions<never, never>, 'silenceMs' | 'clock'>,
  ended: AbortController,
): AsyncGenerator<In, void, undefined> {
  const why = new ParetoError('unavailable', `the controller said nothing for ${silenceMs} ms`);
  const arm = (): Disposable => clock.after(milliseconds(silenceMs), () => ended.abort(why));
  let timer = arm();
  try {
    for await (const message of stream) {
      timer[Symbol.dispose]();
      yield message;
      timer = arm();
    }
  } catch (error) {
    throw ended.signal.reason === why ? why : error;
  } finally {
    timer[Symbol.dispose]();
  }
}
