// The program of the thread that renews a lease. It has its own client of etcd, and ends when the lease has ended.

import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { createEtcdClient } from './client.js';
import { renewEtcdLease } from './leases.js';
import type { CredentialsReply, LeaseThreadData, LeaseThreadMessage } from './lease-messages.js';
import { renewUntilExpired } from './lease-renewals.js';
import { openLeaseTimes, threadClock } from './lease-times.js';
import type { EtcdCredentials } from './member.js';

const { id, ttlMs, maxBlockedMs, times, ...access } = workerData as LeaseThreadData;

const send = (message: LeaseThreadMessage): void => parentPort?.postMessage(message);

/** Returns the credentials that the event loop reads. While it is blocked, this waits. */
async function renew(): Promise<EtcdCredentials> {
  if (parentPort === null) throw new Error('this program runs only in a thread');
  const reply = once(parentPort, 'message') as Promise<[CredentialsReply]>;
  send({ kind: 'renew-credentials' });
  const [credentials] = await reply;
  if (credentials === undefined) throw new Error('the credentials could not be read');
  return credentials;
}

async function keepLease(): Promise<void> {
  using client = createEtcdClient({ ...access, renew }, threadClock);
  const hasExpired = await renewUntilExpired({
    ...{ ttlMs, maxBlockedMs, times: openLeaseTimes(times), clock: threadClock },
    keepAlive: () => renewEtcdLease(client, id),
  });
  if (!hasExpired) send({ kind: 'ended' });
}

void keepLease();
