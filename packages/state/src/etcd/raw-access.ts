// What the store asks of etcd, with nothing added: reads and transactions under the cluster's prefix.

import type { IRangeRequest, IRangeResponse } from 'etcd3';
import type { Store } from '../store.js';
import type { EtcdClient, Member } from './client.js';
import { createKeys, entryOf, txnOf, type Keys } from './requests.js';

export interface RawAccess extends Pick<Store, 'get' | 'transact'> {
  readonly client: EtcdClient;
  readonly keys: Keys;
  range(request: IRangeRequest): Promise<{ readonly member: Member; readonly response: IRangeResponse }>;
}

export function createRawAccess(client: EtcdClient, prefix: string): RawAccess {
  const keys = createKeys(prefix);
  const range: RawAccess['range'] = (request) => client.repeat((etcd, options) => etcd.kv.range(request, options));
  return {
    client,
    keys,
    range,
    async get(key) {
      const { response } = await range({ key: keys.full(key) });
      const found = response.kvs[0];
      return { revision: Number(response.header.revision), entry: found && entryOf(keys, found) };
    },
    async transact(transaction) {
      const request = txnOf(keys, transaction);
      const { succeeded, header } = await client.write((etcd, options) => etcd.kv.txn(request, options));
      const revision = Number(header.revision);
      return succeeded ? { kind: 'committed', revision } : { kind: 'conflict', revision, failed: transaction.compares };
    },
  };
}
