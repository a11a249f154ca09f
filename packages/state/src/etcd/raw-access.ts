// Plain reads and transactions of etcd under the cluster's prefix.

import type { IRangeRequest, IRangeResponse } from 'etcd3';
import { epochKey } from '../identity.js';
import type { Store } from '../store.js';
import type { EtcdClient } from './client.js';
import type { Member } from './member.js';
import type { Header } from './history.js';
import { createKeys, entryOf, txnOf, type Keys } from './requests.js';

export interface RawResponse {
  readonly member: Member;
  readonly header: Header;
  readonly response: IRangeResponse;
  /** Epoch of the store at the same revision. */
  readonly epoch: string | undefined;
}

export interface RawAccess extends Pick<Store, 'get' | 'transact'> {
  readonly client: EtcdClient;
  readonly keys: Keys;
  range(request: IRangeRequest): Promise<RawResponse>;
}

export function createRawAccess(client: EtcdClient, prefix: string): RawAccess {
  const keys = createKeys(prefix);
  const range: RawAccess['range'] = async (request) => {
    const reads = [request, { key: keys.full(epochKey) }].map((request_range) => ({ request_range }));
    const { member, response } = await client.repeat((etcd, options) => etcd.kv.txn({ success: reads }, options));
    const [requested, epoch] = response.responses.map(({ response_range }) => response_range);
    if (requested === undefined) throw new Error('etcd omitted the response to a read');
    return { member, header: response.header, response: requested, epoch: epoch?.kvs[0]?.value.toString() };
  };
  return {
    client,
    keys,
    range,
    async get(key) {
      const { response, header } = await range({ key: keys.full(key) });
      const found = response.kvs[0];
      return { revision: Number(header.revision), entry: found && entryOf(keys, found) };
    },
    async transact(transaction) {
      const request = txnOf(keys, transaction);
      const { succeeded, header } = await client.write((etcd, options) => etcd.kv.txn(request, options));
      const revision = Number(header.revision);
      return succeeded ? { kind: 'committed', revision } : { kind: 'conflict', revision, failed: transaction.compares };
    },
  };
}
