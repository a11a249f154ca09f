// The reads and writes of the store over a session.

import { ParetoError } from '@pareto/core';
import { epochKey } from '../identity.js';
import type { Compare, Entry, Store, TransactResult } from '../store.js';
import { readCallError } from './call-error.js';
import type { RawAccess } from './raw-access.js';
import { entryOf, hasChanged, holds, txnOf } from './requests.js';
import type { EtcdResponse, Session } from './session.js';

export type Operations = Pick<Store, 'get' | 'range' | 'transact' | 'compact'>;

/** Number of entries per page. A page of large values must arrive over a slow link within the timeout of a read. */
const pageSize = 200;

export function createOperations({ client, keys }: RawAccess, session: Session): Operations {
  const { history } = session;

  const entriesOf = ({ response, generation }: EtcdResponse): readonly Entry[] =>
    response.kvs.map((kv) => {
      const entry = entryOf(keys, kv);
      history.recordChange(generation, entry.modRevision);
      return entry;
    });

  /** Lists entries in pages at one revision. Undefined if the revision was compacted, or the store restored, between two pages. */
  const list = async (prefix: string): Promise<Awaited<ReturnType<Store['range']>> | undefined> => {
    const all = { ...keys.under(prefix), limit: pageSize };
    let current = await session.range(all);
    const { generation } = current;
    const { revision } = current.header;
    const entries = [...entriesOf(current)];
    while (current.response.more) {
      const key = Buffer.concat([current.response.kvs.at(-1)?.key ?? all.key, Buffer.from([0])]);
      const page = await session.range({ ...all, key, revision }).catch(ignoreCompacted);
      if (page?.generation !== generation) return undefined;
      current = page;
      entries.push(...entriesOf(current));
    }
    return { revision: Number(revision), entries };
  };

  const conflict = (
    generation: number,
    compares: readonly Compare[],
    found: readonly (Entry | undefined)[],
  ): TransactResult => {
    for (const entry of found) history.recordChange(generation, entry?.modRevision ?? 0);
    return {
      kind: 'conflict',
      revision: history.own,
      failed: compares.filter((compare, i) => !holds(compare, found[i])),
    };
  };

  return {
    async get(key) {
      const response = await session.range({ key: keys.full(key) });
      return { revision: Number(response.header.revision), entry: entriesOf(response)[0] };
    },
    async range(prefix) {
      for (let tries = 0; tries < 5; tries += 1) {
        const listed = await list(prefix);
        if (listed !== undefined) return listed;
      }
      throw new ParetoError('unavailable', 'the store was compacted repeatedly during a listing: retry');
    },
    async transact(transaction) {
      if (session.loss !== undefined) await session.verify();
      const mark = history.mark();
      const { epoch } = history;
      const request = txnOf(keys, transaction, epoch);
      const { succeeded, responses, header } = await client.write((etcd, options) => etcd.kv.txn(request, options));
      const agrees = history.agrees(mark, header);
      if (agrees) history.recordResponse(mark, header);
      // A failure here does not undo the write. The next call detects the other history too.
      else await session.review(mark.generation, true).catch(() => undefined);
      if (!succeeded) {
        const found = responses.map(({ response_range }) => response_range.kvs.map((kv) => entryOf(keys, kv))[0]);
        if (found.at(-1)?.key === epochKey && found.at(-1)?.value === epoch)
          return conflict(mark.generation, transaction.compares, found);
        await session.review(mark.generation, !agrees);
        throw new ParetoError(
          'aborted',
          'the store was wiped or restored, and nothing was written: read it again and retry',
        );
      }
      const revision = Number(header.revision);
      if (!hasChanged(transaction, responses)) return { kind: 'committed', revision: history.own };
      if (agrees) history.recordChange(mark.generation, revision);
      return { kind: 'committed', revision };
    },
    async compact(revision) {
      if (revision <= 1) return;
      // etcd may remove deletions at the compacted revision itself.
      const request = { revision: revision - 1 };
      await client.repeat((etcd, options) => etcd.kv.compact(request, options)).catch(ignoreCompacted);
    },
  };
}

/** Returns undefined if the revision is compacted or belongs to an earlier history. Throws other errors. */
function ignoreCompacted(error: unknown): undefined {
  if (!/revision has been compacted|is a future revision/.test(readCallError(error).details)) throw error;
}
