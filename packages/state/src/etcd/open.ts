// The store on etcd. Many controllers may have it open, and several clusters may share an etcd under separate prefixes.

import { errorText, ParetoError } from '@pareto/core';
import { epochKey } from '../identity.js';
import { checkTransaction } from '../limits.js';
import type { Lease, Store } from '../store.js';
import type { EtcdAccess } from './client.js';
import { explain } from './explain.js';
import { grantEtcdLease } from './leases.js';
import { createOperations } from './operations.js';
import { createRawAccess, type RawAccess } from './raw-access.js';
import { startSession, type Session, type SessionOptions } from './session.js';
import { watchEtcd } from './watch.js';

/** `onNotice` is called for events that operators need to know: the connection was lost or is back, or the store was restored. */
export interface EtcdStoreOptions extends EtcdAccess, SessionOptions {
  /** Prefix of every key of this cluster in etcd. */
  readonly prefix: string;
}

/** Opens the store. Throws `unavailable` if a retry may succeed, otherwise another ParetoError. */
export async function openEtcdStore(options: EtcdStoreOptions): Promise<Store> {
  checkOptions(options);
  // A controller with the embedded store does not load etcd3.
  const { createEtcdClient } = await import('./client.js');
  const client = createEtcdClient(options, options.clock);
  try {
    const raw = createRawAccess(client, options.prefix);
    const name = `store at etcd ${options.endpoints.join(',')} under ${options.prefix}`;
    const session = await startSession(raw, { name, another: 'pass another --cluster' }, options);
    return createStore(session, raw, options);
  } catch (error) {
    client[Symbol.dispose]();
    throw explain(error, options, 'open');
  }
}

function checkOptions({ endpoints, prefix }: EtcdStoreOptions): void {
  const wrong = endpoints.find((endpoint) => !/^[^\s/]+:\d+$/.test(endpoint));
  if (endpoints.length === 0 || wrong !== undefined) {
    throw new ParetoError('invalid-argument', `invalid member of etcd "${wrong ?? ''}": expected host:port`);
  }
  if (!/^[\x21-\x7e]+\/$/.test(prefix)) {
    throw new ParetoError(
      'invalid-argument',
      `invalid key prefix "${prefix}": expected printable ASCII that ends with "/"`,
    );
  }
}

function createStore(session: Session, raw: RawAccess, options: EtcdStoreOptions): Store {
  const { client, keys } = raw;
  const { clock, onNotice } = options;
  const { history } = session;
  const operations = createOperations(raw, session);
  const watchContext = { client, history, keys, clock, onNotice, verify: () => session.verify() };
  const read = <T>(call: () => Promise<T>): Promise<T> => explainErrors(call, options, 'read');
  return {
    get epoch() {
      return history.epoch;
    },
    get ageMs() {
      return history.ageMs;
    },
    get loss() {
      return session.loss;
    },
    get known() {
      return { epoch: history.epoch, revision: history.seen };
    },
    onLoss: (listener) => session.onLoss(listener),
    async checkMembers() {
      const key = keys.full(epochKey);
      const results = await client.tryEach((etcd, callOptions) => etcd.kv.range({ key }, callOptions));
      return results.map(({ endpoint, error }) => {
        if (error === undefined) return { address: endpoint, problem: undefined };
        return { address: endpoint, problem: errorText(explain(error, { ...options, endpoints: [endpoint] }, 'open')) };
      });
    },
    get: (key) => read(() => operations.get(key)),
    range: (prefix) => read(() => operations.range(prefix)),
    async transact(transaction) {
      checkTransaction(transaction);
      return explainErrors(() => operations.transact(transaction), options, 'write');
    },
    watch: (prefix, from, signal) => watchEtcd(watchContext, prefix, from, signal),
    grantLease: (ttlMs) =>
      read(async () => {
        await session.verify();
        return explained(await grantEtcdLease(client, ttlMs), options);
      }),
    compact: (revision) => read(() => operations.compact(revision)),
    [Symbol.asyncDispose]: async () => client[Symbol.dispose](),
  };
}

const explained = (lease: Lease, context: EtcdStoreOptions): Lease => ({
  ...lease,
  keepAlive: () => explainErrors(() => lease.keepAlive(), context, 'read'),
  revoke: () => explainErrors(() => lease.revoke(), context, 'read'),
});

async function explainErrors<T>(
  call: () => Promise<T>,
  context: EtcdStoreOptions,
  operation: 'read' | 'write',
): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw explain(error, context, operation);
  }
}
