// The removal of versions that were replaced too long ago.

import assert from 'node:assert/strict';
import { digest, systemClock, type RecipeOutcome, type VersionChange } from '@pareto/core';
import { openEmbeddedStore, type Operation, type Store } from '@pareto/state';
import { buildArchitecture, buildManifest, createTempFolder, type TempFolder } from '@pareto/testkit';
import type { Leader } from '../../src/leadership/leadership.js';
import { createVersionRemoval } from '../../src/maintenance/version-removal.js';
import { createOutcomeRecords } from '../../src/registry/outcome-records.js';
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
import { createBlobReservations } from '../../src/storage/blob-reservations.js';
import { logger, metrics, startCandidate, waitToLead, type Candidate } from '../support/candidate.js';

const minuteMs = 60_000;
const hourMs = 3_600_000;
const keptMs = 2 * hourMs;

describe('removal of replaced versions', () => {
  let folder: TempFolder;
  let store: Store;
  let leading: Candidate;
  let round: () => Promise<void>;
  let times: { now: number; wallMs: number; leadingSince: number };
  let ready: boolean;
  let older: ReadonlyMap<string, readonly number[]>;
  let beforeWrite: () => Promise<void>;
  beforeEach(async () => {
    folder = await createTempFolder();
    store = await openEmbeddedStore(folder.file('store'), { clock: systemClock });
    leading = await startCandidate(store, 'one:1');
    await waitToLead(leading);
    for (const version of [1, 2, 3]) await write(...versionRecords(version));
    const { mirror, leader } = leading;
    const registry = createRegistryCache(mirror, { prices: {}, clock: systemClock });
    times = { now: 0, wallMs: 0, leadingSince: 0 };
    ready = true;
    older = new Map();
    beforeWrite = async () => undefined;
    const hookedWrite: Leader['write'] = async (...args) => {
      await beforeWrite();
      return leader.write(...args);
    };
    const clusterView = () => ({ registry: { ...registry(), older }, records: mirror.records, ...times }) as never;
    round = createVersionRemoval({
      cluster: { clusterView, leader: { ...leader, write: hookedWrite } },
      ready: () => ready,
      keepMs: keptMs,
      logger,
    });
    await round();
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

  /** Runs rounds every minute for a time. Returns the versions that are left, and checks the keys of their variants. */
  async function leftAfter(ms: number): Promise<readonly number[]> {
    const { mirror } = leading;
    const end = times.now + ms;
    while (times.now < end) {
      const step = Math.min(minuteMs, end - times.now);
      times = { ...times, now: times.now + step, wallMs: times.wallMs + step };
      await round();
    }
    const left = Array.from(mirror.records.architectures.values(), ({ value }) => value.version);
    const variants = Array.from(mirror.records.variants.values(), ({ value }) => value.version);
    assert.deepEqual(variants, left);
    return left;
  }

  it('removes their records except the counts, and never the current version', async () => {
    await setChanges(change(1, 2, 0), change(2, 3, hourMs));
    assert.deepEqual(await leftAfter(keptMs - 1), [1, 2, 3]);
    assert.deepEqual(await leftAfter(1), [2, 3]);
    assert.deepEqual(await leftAfter(2 * hourMs), [3]);
    assert.equal(leading.mirror.records.counters.size, 3);
  });

  it('keeps an old version that is the current one again', async () => {
    await setChanges(change(1, 3, 0), change(3, 1, 500));
    assert.deepEqual(await leftAfter(4 * hourMs), [1]);
  });

  it('removes nothing before the registry is complete, or if it is unknown when versions were replaced', async () => {
    assert.deepEqual(await leftAfter(4 * hourMs), [1, 2, 3]);
    await setChanges(change(2, 3, 0));
    ready = false;
    assert.deepEqual(await leftAfter(4 * hourMs), [1, 2, 3]);
    ready = true;
    assert.deepEqual(await leftAfter(hourMs), [1, 2, 3]);
    assert.deepEqual(await leftAfter(minuteMs), [3]);
  });

  it('keeps a version for an hour after it served, however long the rollout took', async () => {
    await setChanges(change(2, 3, 0));
    older = new Map([['m', [2]]]);
    assert.deepEqual(await leftAfter(4 * hourMs), [2, 3]);
    older = new Map();
    assert.deepEqual(await leftAfter(hourMs), [2, 3]);
    assert.deepEqual(await leftAfter(minuteMs), [3]);
  });

  it('leaves nothing of a version for which a worker stored an outcome at the same time', async () => {
    await setChanges(change(1, 2, 0), change(2, 3, 0));
    const content = digest(`sha256:${'1'.repeat(64)}`);
    const made: RecipeOutcome = {
      ...{ architecture: 'm', version: 1, recipe: 'int8-dynamic' },
      result: {
        kind: 'made',
        modelDigest: content,
        note: '',
        similarity: 1,
        manifest: buildManifest({ digest: content }),
      },
    };
    const outcomes = createOutcomeRecords({
      ...leading,
      blobs: { status: async () => ({ complete: true, receivedBytes: 7 }) },
      ...{ reservations: createBlobReservations(), maxBatchSize: 8, logger, metrics },
    });
    beforeWrite = () => outcomes.store(made);
    assert.deepEqual(await leftAfter(4 * hourMs), [3]);
    assert.equal(leading.mirror.records.outcomes.size, 0);
  });

  it('keeps all for an hour after the wall clock jumped', async () => {
    await setChanges(change(1, 2, 0), change(2, 3, 0));
    assert.deepEqual(await leftAfter(hourMs), [1, 2, 3]);
    times = { ...times, wallMs: 1_000 * hourMs };
    assert.deepEqual(await leftAfter(hourMs), [1, 2, 3]);
    assert.deepEqual(await leftAfter(minuteMs), [3]);
  });

  it('keeps all for an hour after a change of the leader', async () => {
    await setChanges(change(1, 2, 0), change(2, 3, 0));
    assert.deepEqual(await leftAfter(keptMs - 1), [1, 2, 3]);
    times = { ...times, leadingSince: times.now };
    assert.deepEqual(await leftAfter(hourMs), [1, 2, 3]);
    assert.deepEqual(await leftAfter(minuteMs), [3]);
  });
});
