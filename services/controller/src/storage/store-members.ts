// Watches the members of etcd, one of which may be lost without any other effect.

import { milliseconds, type Clock } from '@pareto/core';
import type { Store, StoreMember } from '@pareto/state';
import type { Logger } from '@pareto/telemetry';

export interface StoreMembers {
  /** Returns the members, as they were checked last. */
  list(): readonly StoreMember[];
  /** Checks the members until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
}

export interface StoreMembersOptions {
  readonly store: Pick<Store, 'checkMembers'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

const everyMs = milliseconds(5_000);

export function createStoreMembers({ store, clock, logger }: StoreMembersOptions): StoreMembers {
  let members: readonly StoreMember[] = [];
  const check = async (): Promise<void> => {
    const before = new Map(members.map(({ address, problem }) => [address, problem]));
    members = await store.checkMembers();
    for (const { address, problem } of members) {
      if ((before.get(address) === undefined) === (problem === undefined)) continue;
      if (problem === undefined) logger.info('member of etcd is back', { member: address });
      else logger.warn('member of etcd lost', { member: address, problem });
    }
  };
  return {
    list: () => members,
    async run(signal) {
      while (!signal.aborted) {
        await check().catch((error: unknown) => logger.warn('check of the members of etcd failed', { error }));
        await clock.sleep(everyMs, signal).catch(() => undefined);
      }
    },
  };
}
