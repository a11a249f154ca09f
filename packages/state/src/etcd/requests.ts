// Converts transactions and entries between the store and etcd. Keys have the cluster's prefix only in etcd.

import type { ICompare, IKeyValue, IRequestOp, IResponseOp, ITxnRequest } from 'etcd3';
import { epochKey } from '../identity.js';
import type { Compare, Entry, Operation, Transaction } from '../store.js';

export interface Keys {
  /** Returns the key in etcd. */
  full(key: string): Buffer;
  /** Returns the range in etcd of all keys with a prefix. */
  under(prefix: string): { readonly key: Buffer; readonly range_end: Buffer };
  /** Returns the key without the cluster's prefix. */
  own(key: Buffer): string;
}

export function createKeys(prefix: string): Keys {
  return {
    full: (key) => Buffer.from(prefix + key),
    under: (start) => ({ key: Buffer.from(prefix + start), range_end: endOf(prefix + start) }),
    own: (key) => key.toString('latin1').slice(prefix.length),
  };
}

/** Returns the first key after all keys that start with a text of printable ASCII. */
function endOf(start: string): Buffer {
  const end = Buffer.from(start);
  end[end.length - 1] = (end.at(-1) ?? 0) + 1;
  return end;
}

export function entryOf(keys: Keys, kv: IKeyValue): Entry {
  return {
    key: keys.own(kv.key),
    value: kv.value.toString('utf8'),
    createRevision: Number(kv.create_revision),
    modRevision: Number(kv.mod_revision),
    lease: kv.lease === '0' ? undefined : kv.lease,
  };
}

/** Converts a transaction. `epoch` adds a compare with it. After a failed compare etcd returns the compared keys, the epoch last. */
export function txnOf(keys: Keys, { compares, operations }: Transaction, epoch?: string): ITxnRequest {
  const compared = [...compares.map(keyOf), ...(epoch === undefined ? [] : [epochKey])];
  return {
    compare: [
      ...compares.map((compare) => compareOf(keys, compare)),
      ...(epoch === undefined ? [] : [inEpoch(keys, epoch)]),
    ],
    success: operations.map((operation) => operationOf(keys, operation)),
    failure: compared.map((key) => ({ request_range: { key: keys.full(key) } })),
  };
}

const inEpoch = (keys: Keys, epoch: string): ICompare => ({
  ...{ target: 'Value', result: 'Equal' },
  ...{ key: keys.full(epochKey), value: Buffer.from(epoch) },
});

const keyOf = (compare: Compare): string => (compare.kind === 'leader' ? compare.fence.key : compare.key);

/** Revision that no key has. etcd reports 0 for a missing key, but a compare with revision 0 must fail. */
const never = -1;

function compareOf(keys: Keys, compare: Compare): ICompare {
  const key = keys.full(keyOf(compare));
  switch (compare.kind) {
    case 'absent':
      return { key, target: 'Version', result: 'Equal', version: 0 };
    case 'revision':
      return {
        key,
        target: 'Mod',
        result: 'Equal',
        mod_revision: compare.modRevision === 0 ? never : compare.modRevision,
      };
    case 'leader': {
      const { createRevision } = compare.fence;
      return { key, target: 'Create', result: 'Equal', create_revision: createRevision === 0 ? never : createRevision };
    }
  }
}

/** Returns whether a compare holds for an entry returned by etcd. */
export function holds(compare: Compare, entry: Entry | undefined): boolean {
  switch (compare.kind) {
    case 'absent':
      return entry === undefined;
    case 'revision':
      return entry?.modRevision === compare.modRevision;
    case 'leader':
      return entry?.createRevision === compare.fence.createRevision;
  }
}

function operationOf(keys: Keys, operation: Operation): IRequestOp {
  switch (operation.kind) {
    case 'put': {
      const put = { key: keys.full(operation.key), value: Buffer.from(operation.value) };
      return { request_put: operation.lease === undefined ? put : { ...put, lease: operation.lease } };
    }
    case 'delete':
      return { request_delete_range: { key: keys.full(operation.key) } };
    case 'delete-prefix':
      return { request_delete_range: keys.under(operation.prefix) };
  }
}

/** Returns whether a committed transaction changed anything. */
export function hasChanged({ operations }: Transaction, responses: readonly IResponseOp[]): boolean {
  return operations.some(({ kind }, i) => kind === 'put' || Number(responses[i]?.response_delete_range.deleted) > 0);
}
