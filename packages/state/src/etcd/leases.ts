// Leases of etcd.

import type { IDuplexStream, ILeaseKeepAliveRequest, ILeaseKeepAliveResponse } from 'etcd3';
import type { Lease } from '../store.js';
import { readCallError } from './call-error.js';
import type { EtcdClient } from './client.js';
import { keepEtcdLease } from './lease-keeper.js';
import { threadClock } from './lease-times.js';

export async function grantEtcdLease(client: EtcdClient, requestedMs: number): Promise<Lease> {
  const grantSentAt = threadClock.now();
  const request = { TTL: Math.max(1, Math.ceil(requestedMs / 1000)) };
  // If the grant is repeated, the extra lease expires by itself.
  const { response } = await client.repeat((etcd, options) => etcd.leaseClient.leaseGrant(request, options));
  const id = response.ID;
  const ttlMs = Number(response.TTL) * 1000;
  return {
    id,
    ttlMs,
    keepAlive: () => renewEtcdLease(client, id),
    keep: (options) => keepEtcdLease({ id, ttlMs, grantSentAt }, client, options),
    async revoke() {
      try {
        await client.repeat((etcd, options) => etcd.leaseClient.leaseRevoke({ ID: id }, options));
      } catch (error) {
        if (!readCallError(error).details.includes('lease not found')) throw error;
      }
    },
  };
}

/** Restarts the time to live of a lease. Returns false if the lease has ended. */
export function renewEtcdLease(client: EtcdClient, id: string): Promise<boolean> {
  return client.once(async (etcd, options) => {
    const stream = (await etcd.leaseClient.leaseKeepAlive(options)) as KeepAliveStream;
    return keepAlive(stream, id);
  });
}

type KeepAliveStream = IDuplexStream<ILeaseKeepAliveRequest, ILeaseKeepAliveResponse> &
  AsyncIterable<ILeaseKeepAliveResponse>;

async function keepAlive(stream: KeepAliveStream, id: string): Promise<boolean> {
  stream.write({ ID: id });
  try {
    for await (const { TTL } of stream) return Number(TTL) > 0;
    throw new Error('14 UNAVAILABLE: the stream was ended');
  } finally {
    stream.cancel();
  }
}
