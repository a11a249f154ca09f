// Fixture of the etcd store tests: an etcd that is started once, and stores under separate prefixes.

import { randomUUID } from 'node:crypto';
import { systemClock, type StoreEvidence, type StoreVerdict } from '@pareto/core';
import { openEtcdStore, type EtcdStoreOptions, type Operation, type Store, type Watched } from '@pareto/state';
import { missingEtcd, type Etcd, type EtcdVersion } from '@pareto/testkit';
import type { Context } from 'mocha';

export interface Notice {
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export const freshPrefix = (): string => `/pareto/${randomUUID()}/`;

/** Uses any store, and gives one that lost data a new epoch. */
export function acceptAll({ known, found, isOlder }: StoreEvidence): StoreVerdict {
  if (known === undefined || (found !== undefined && found !== known)) return { kind: 'follow' };
  return { kind: found === undefined || isOlder ? 'declare' : 'continue' };
}

/** Opens a store on the given members, by default on all. Its notices are added to `notices`. */
export function openOn(
  etcd: Pick<Etcd, 'endpoints'>,
  options: Partial<EtcdStoreOptions> = {},
  notices: Notice[] = [],
): Promise<Store> {
  const onNotice = (message: string, fields: Notice['fields']): void => void notices.push({ message, fields });
  const defaults = { endpoints: etcd.endpoints, prefix: freshPrefix(), clock: systemClock, judge: acceptAll };
  return openEtcdStore({ ...defaults, onNotice, ...options });
}

/** Skips the suite with the reason if etcd is not available. Call it in a `before`. */
export async function needEtcd(context: Context, version: EtcdVersion): Promise<void> {
  context.timeout(600_000); // The first run on a machine builds etcd.
  const reason = await missingEtcd(version);
  if (reason === undefined) return;
  Object.assign(context.test?.parent ?? {}, { skipReason: reason });
  context.skip();
}

export const put = (key: string, value = ''): Operation => ({ kind: 'put', key, value });

/** Writes a key and returns the revision. */
export async function write(store: Store, ...operations: readonly Operation[]): Promise<number> {
  return (await store.transact({ compares: [], operations })).revision;
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export interface Watching extends AsyncDisposable {
  /** Keys of all events so far, in order. A deletion has a minus sign. */
  readonly keys: readonly string[];
  /** Last message, if it ended the watch. */
  readonly end: Watched | undefined;
}

/** Watches in the background. Awaits `onEvents` before it reads more. */
export function watchAll(store: Store, prefix: string, from: number, onEvents?: () => Promise<void>): Watching {
  const keys: string[] = [];
  const stop = new AbortController();
  const state: { end?: Watched } = {};
  const run = async (): Promise<void> => {
    for await (const watched of store.watch(prefix, from, stop.signal)) {
      if (watched.kind !== 'events') state.end = watched;
      else keys.push(...watched.events.map((event) => (event.kind === 'put' ? event.entry.key : `-${event.key}`)));
      await onEvents?.();
    }
  };
  const running = run();
  return {
    keys,
    get end() {
      return state.end;
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await running;
    },
  };
}
