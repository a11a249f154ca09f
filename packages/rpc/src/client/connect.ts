// Waits until a channel is connected or its connection fails.

import { connectivityState } from '@grpc/grpc-js';
import { ParetoError, type Milliseconds } from '@pareto/core';
import type { Channel } from './client.js';

/**
 * Connects a channel. Throws `unavailable` if connecting fails or takes longer than `timeoutMs`, and the signal's
 * reason if it aborts.
 */
export function connect(channel: Channel, timeoutMs: Milliseconds, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted === true) return reject(signal.reason as Error);
    const onAbort = (): void => reject(signal?.reason as Error);
    signal?.addEventListener('abort', onAbort, { once: true });
    watch(channel, channel.internals.clock.wallMs() + timeoutMs, (failure) => {
      signal?.removeEventListener('abort', onAbort);
      if (failure === undefined) resolve();
      else reject(failure);
    });
  });
}

/** Calls `done` once connected, or if connecting fails from now on. An earlier failure does not count. */
function watch(channel: Channel, deadline: number, done: (failure?: ParetoError) => void): void {
  const grpc = channel.internals.client.getChannel();
  const fail = (cause?: Error): void =>
    done(new ParetoError('unavailable', `${channel.address} is not reachable`, cause && { cause }));
  const before = grpc.getConnectivityState(true);
  if (before === connectivityState.READY) return done();
  grpc.watchConnectivityState(before, deadline, (error) => {
    if (error !== undefined) return fail(error);
    const state = grpc.getConnectivityState(false);
    if (state === connectivityState.TRANSIENT_FAILURE || state === connectivityState.SHUTDOWN) fail();
    else watch(channel, deadline, done);
  });
}
