// What the tests of the etcd store share: an etcd that is started once, and stores under prefixes of their own.

import { randomUUID } from 'node:crypto';
import { systemClock } from '@pareto/core';
import { openEtcdStore, type EtcdStoreOptions, type Store } from '@pareto/state';
import { missingEtcd, type Etcd, type EtcdVersion } from '@pareto/testkit';
import type { Context } from 'mocha';

export interface Notice {
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export const freshPrefix = (): string => `/pareto/${randomUUID()}/`;

/** On the given members, else on all; `notices` takes what the store says. */
export function openOn(
  etcd: Pick<Etcd, 'endpoints'>,
  options: Partial<EtcdStoreOptions> = {},
  notices: Notice[] = [],
): Promise<Store> {
  const onNotice = (message: string, fields: Notice['fields']): void => void notices.push({ message, fields });
  return openEtcdStore({ endpoints: etcd.endpoints, prefix: freshPrefix(), clock: systemClock, onNotice, ...options });
}

/** Skips the suite, with the reason, where etcd can't be had. Call it in a `before`. */
export async function needEtcd(context: Context, version: EtcdVersion): Promise<void> {
  context.timeout(600_000); // the first time on a machine, it is built
  const reason = await missingEtcd(version);
  if (reason === undefined) return;
  Object.assign(context.test?.parent ?? {}, { skipReason: reason });
  context.skip();
}
