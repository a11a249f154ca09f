// The removal of versions that were replaced too long ago.

import assert from 'node:assert/strict';
import { systemClock, type VersionChange } from '@pareto/core';
import { openEmbeddedStore, type Operation, type Store } from '@pareto/state';
import { buildArchitecture, createTempFolder, type TempFolder } from '@pareto/testkit';
import { removeVersions } from '../../src/maintenance/version-removal.js';
import { originalVariants } from '../../src/registry/outcome-variants.js';
import { createRegistryCache } from '../../src/registry/registry-cache.js';
import {
  architectureKey,
  counterKey,
  nameKey,
  putRecord,
  variantKey,
  type NameRecord,
} from '../../src/storage/records.js';
import { logger, startCandidate, waitToLead, type Candidate } from '../support/candidate.js';

describe('removal of replaced versions', () => {
  let folder: TempFolder;
  let store: Store;
  let leading: Candidate;
  beforeEach(async () => {
    folder = await createTempFolder();
    store = await openEmbeddedStore(folder.file('store'), { clock: systemClock });
    leading = await startCandidate(store, 'one:1');
    await waitToLead(leading);
    for (const version of [1, 2, 3]) await write(...versionRecords(version));
  });
  afterEach(async () => {
    await leading[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  const write = (...operations: readonly Operation[]) => leading.leader.write([], operations);
  const versionRecords = (version: number): readonly Operation[] => {
    const architecture = buildArchitecture({ name: 'm', version, task: 't' });
    const variants = originalVariants(leading.mirror.records, architecture);
    return [
      putRecord(architectureKey('m', version), architecture),
      ...variants.map((one) => putRecord(variantKey(one.id, version), one)),
      ...variants.map((one): Operation => ({ kind: 'put', key: counterKey(one.id, version), value: '{"requests":1}' })),
    ];
  };
  const change = (from: number, version: number, atWallMs: number): VersionChange => ({
    ...{ from, version, atWallMs },
    ...{ by: '', reason: '' },
  });
  const setChanges = (...changes: readonly VersionChange[]): Promise<boolean> =>
    write(putRecord(nameKey('m'), { kind: 'architecture', current: 3, changes } satisfies NameRecord));

  /** Removes versions at a time. Returns those that are left, and the keys of their variants. */
  async function leftAt(wallMs: number, ready = true): Promise<readonly number[]> {
    const { mirror, leader } = leading;
    const registry = createRegistryCache(mirror, { prices: {}, clock: systemClock });
    const clusterView = () => ({ registry: registry(), records: mirror.records, wallMs }) as never;
    await removeVersions({ cluster: { clusterView, leader }, ready: () => ready, keepMs: 1_000, logger });
    const left = Array.from(mirror.records.architectures.values(), ({ value }) => value.version);
    const variants = Array.from(mirror.records.variants.values(), ({ value }) => value.version);
    assert.deepEqual(variants, left);
    return left;
  }

  it('removes their records except the counts, and never the current version', async () => {
    await setChanges(change(1, 2, 0), change(2, 3, 500));
    assert.deepEqual(await leftAt(999), [1, 2, 3]);
    assert.deepEqual(await leftAt(1_000), [2, 3]);
    assert.deepEqual(await leftAt(1e9), [3]);
    assert.equal(leading.mirror.records.counters.size, 3);
  });

  it('keeps an old version that is the current one again', async () => {
    await setChanges(change(1, 3, 0), change(3, 1, 500));
    assert.deepEqual(await leftAt(1e9), [1]);
  });

  it('removes nothing before the registry is complete, or if it is unknown when versions were replaced', async () => {
    assert.deepEqual(await leftAt(1e9), [1, 2, 3]);
    await setChanges(change(2, 3, 0));
    assert.deepEqual(await leftAt(1e9, false), [1, 2, 3]);
  });
});
