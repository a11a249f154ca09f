// A channel's connection: waiting for it, no longer than it takes to know that there is none, and hearing of its end.

import { connectivityState } from '@grpc/grpc-js';
import { ParetoError, type Milliseconds } from '@pareto/core';
import type { Channel } from './client.js';

/** Throws `unavailable` when nothing listens there, or after `timeoutMs`; the signal's reason when it aborts first. */
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

/** A connection that had failed before is tried again; one that fails meanwhile has been. */
function watch(channel: Channel, deadline: number, done: (failure?: ParetoError) => void): void {
  const grpc = channel.internals.client.getChannel();
  const refuse = (cause?: Error): void =>
    done(new ParetoError('unavailable', `nothing answers at ${channel.address}`, cause && { cause }));
  const seen = grpc.getConnectivityState(true);
  if (seen === connectivityState.READY) return done();
  grpc.watchConnectivityState(seen, deadline, (error) => {
    if (error !== undefined) return refuse(error);
    const state = grpc.getConnectivityState(false);
    if (state === connectivityState.TRANSIENT_FAILURE || state === connectivityState.SHUTDOWN) refuse();
    else watch(channel, deadline, done);
  });
}

/** Calls back whenever a connection of the channel has ended, until the channel is closed. */
export function onDisconnected(channel: Channel, listener: () => void): void {
  const grpc = channel.internals.client.getChannel();
  const look = (wasConnected: boolean): void => {
    const state = grpc.getConnectivityState(false);
    if (state === connectivityState.SHUTDOWN) return;
    const isConnected = state === connectivityState.READY;
    grpc.watchConnectivityState(state, Infinity, () => look(isConnected));
    if (wasConnected && !isConnected) listener();
  };
  look(false);
}
