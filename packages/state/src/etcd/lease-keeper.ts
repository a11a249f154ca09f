// Keeps a lease of etcd alive from a thread, so that a busy event loop does not cost the lease.

import { Worker } from 'node:worker_threads';
import { errorText, milliseconds } from '@pareto/core';
import type { KeepOptions, KeptLease } from '../store.js';
import type { EtcdClient } from './client.js';
import { watchExpiry } from './lease-expiry.js';
import type { CredentialsReply, LeaseThreadData, LeaseThreadMessage } from './lease-messages.js';
import { openLeaseTimes, threadClock, type LeaseTimes } from './lease-times.js';

/** The bundle of `lease-thread.ts`. */
const program = new URL('../../dist/etcd/lease-thread.cjs', import.meta.url);

/** Time between two updates of `ranAt`. */
const turnMs = milliseconds(500);

export interface GrantedLease {
  readonly id: string;
  readonly ttlMs: number;
  /** Time of `threadClock` at which the grant was sent. The time to live counts from here, not from the response. */
  readonly grantSentAt: number;
}

export function keepEtcdLease(
  { id, ttlMs, grantSentAt }: GrantedLease,
  client: EtcdClient,
  { maxBlockedMs }: KeepOptions,
): KeptLease {
  const times = openLeaseTimes();
  times.set('renewedAt', grantSentAt);
  times.set('sentAt', grantSentAt);
  const { tls, user, endpoints } = client.access();
  const workerData: LeaseThreadData = { id, ttlMs, maxBlockedMs, endpoints, tls, user, times: times.memory };
  const expiry = watchExpiry(times, ttlMs, threadClock);
  const turns = recordTurns(times);
  const thread = startThread(workerData, client, expiry.lose);
  const stop = (): void => {
    expiry.stop();
    turns[Symbol.dispose]();
    thread[Symbol.dispose]();
    client.closed.removeEventListener('abort', onClosed);
    expiry.lost.removeEventListener('abort', stop);
  };
  const onClosed = (): void => expiry.lose('the store was closed');
  client.closed.addEventListener('abort', onClosed);
  expiry.lost.addEventListener('abort', stop);
  if (expiry.lost.aborted) stop();
  return { lost: expiry.lost, isHeld: expiry.isHeld, stop };
}

/** Records that the event loop runs, until disposed. */
function recordTurns(times: LeaseTimes): Disposable {
  let timer: Disposable | undefined;
  const record = (): void => {
    times.set('ranAt', threadClock.now());
    timer = threadClock.after(turnMs, record);
  };
  record();
  return { [Symbol.dispose]: () => timer?.[Symbol.dispose]() };
}

/** Starts the thread, which ends when disposed. `lose` is called if it fails, or if it reports the end of the lease. */
function startThread(workerData: LeaseThreadData, client: EtcdClient, lose: (cause: string) => void): Disposable {
  // Without the arguments of this process, which may load the sources' compiler.
  const worker = new Worker(program, { workerData, execArgv: [] });
  worker.unref();
  const replyCredentials = async (): Promise<void> => {
    const reply: CredentialsReply = await client
      .access()
      .renew?.()
      .catch(() => undefined);
    worker.postMessage(reply);
  };
  worker.on('message', (message: LeaseThreadMessage) => {
    if (message.kind === 'ended') lose('the store has ended the lease');
    else void replyCredentials();
  });
  worker.on('error', (error) => lose(`the thread that renews the lease failed: ${errorText(error)}`));
  worker.on('exit', () => lose('the thread that renews the lease ended'));
  return { [Symbol.dispose]: () => void worker.terminate() };
}
