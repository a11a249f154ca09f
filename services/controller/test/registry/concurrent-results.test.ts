// Changes of the registry while a worker's result for the same model is stored.

import assert from 'node:assert/strict';
import {
  bytes,
  digest,
  hardwareClassId,
  milliseconds,
  ownTaskOf,
  systemClock,
  type Digest,
  type Measurement,
  type RecipeOutcome,
} from '@pareto/core';
import { createFleetState, defaultFleetParams } from '@pareto/policy';
import { openEmbeddedStore, type Store } from '@pareto/state';
import {
  buildArchitecture,
  buildManifest,
  buildMeasuredResult,
  buildPoint,
  buildProfile,
  buildTask,
  createTempFolder,
  type TempFolder,
} from '@pareto/testkit';
import { createFleetRecords } from '../../src/fleet/fleet-records.js';
import type { Leader } from '../../src/leadership/leadership.js';
import { writeUnchanged } from '../../src/leadership/write-all.js';
import { createWriteQueue } from '../../src/leadership/write-queue.js';
import { changeArchitecture } from '../../src/registry/change-architecture.js';
import { joinTask } from '../../src/registry/join-task.js';
import { createOutcomeRecords } from '../../src/registry/outcome-records.js';
import { originalId, originalVariants } from '../../src/registry/outcome-variants.js';
import { registerTask } from '../../src/registry/register-task.js';
import { createRegistryCache } from '../../src/registry/registry-cache.js';
import { reprofile } from '../../src/registry/reprofile.js';
import { createBlobReservations } from '../../src/storage/blob-reservations.js';
import { architectureKey, measurementKey, nameKey, putRecord, taskKey, variantKey } from '../../src/storage/records.js';
import { logger, metrics, startCandidate, waitToLead, type Candidate } from '../support/candidate.js';
import { recordEvents } from '../support/record-events.js';
import { infoOf } from '../support/reports.js';

const own = ownTaskOf('m');
const architecture = buildArchitecture({ name: 'm', task: own, recipes: ['original', 'int8-dynamic'] });
const original = { id: originalId(architecture), version: 1 };
const blobs = { status: async (_digest: Digest) => ({ complete: true, receivedBytes: 7 }) };
const samples = digest(`sha256:${'1'.repeat(64)}`);

const measuredIn = (ms: number): Measurement => ({
  ...{ variant: original.id, version: 1, hardwareClass: hardwareClassId('c'), environment: '1.30' },
  result: buildMeasuredResult(buildProfile([buildPoint(1, ms)]), undefined),
});
const made: RecipeOutcome = {
  ...{ architecture: 'm', version: 1, recipe: 'int8-dynamic' },
  result: {
    ...{ kind: 'made', modelDigest: samples, note: '', similarity: 1 },
    manifest: buildManifest({ digest: samples, sizeBytes: bytes(7) }),
  },
};

describe('a result that a worker stores at the same time', () => {
  let folder: TempFolder;
  let store: Store;
  let leading: Candidate;
  beforeEach(async () => {
    folder = await createTempFolder();
    store = await openEmbeddedStore(folder.file('store'), { clock: systemClock });
    leading = await startCandidate(store, 'one:1');
    await waitToLead(leading);
    const tasks = [own, 'squares'].flatMap((name) => [
      putRecord(nameKey(name), { kind: 'task' }),
      putRecord(taskKey(name), buildTask({ name, validation: name === own ? undefined : samples })),
    ]);
    const variants = originalVariants(leading.mirror.records, architecture);
    await leading.leader.write(
      [],
      [
        ...tasks,
        putRecord(nameKey('m'), { kind: 'architecture', current: 1, changes: [] }),
        putRecord(architectureKey('m', 1), architecture),
        ...variants.map((one) => putRecord(variantKey(one.id, 1), one)),
        putRecord(measurementKey(measuredIn(1)), measuredIn(1)),
      ],
    );
  });
  afterEach(async () => {
    await leading[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  const measurement = async (): Promise<void> => {
    const fleet = createFleetState(defaultFleetParams);
    const records = createFleetRecords({
      ...leading,
      ...{ fleet, events: recordEvents(), clock: systemClock, logger, metrics },
    });
    await records.storeMeasurement(measuredIn(2), infoOf());
  };
  const outcome = (): Promise<void> =>
    createOutcomeRecords({
      ...leading,
      ...{ blobs, reservations: createBlobReservations(), maxBatchSize: 8, logger, metrics },
    }).store(made);
  const quarantine = async (): Promise<void> => {
    const known = leading.mirror.records.variants.get(variantKey(original.id, 1));
    assert.ok(known);
    await leading.leader.write([], [putRecord(known.key, { ...known.value, quarantineReason: 'it kills executors' })]);
  };

  type Change = (leader: Leader) => Promise<unknown>;
  const changes: Readonly<Record<string, Change>> = {
    join(leader) {
      const to = leading.mirror.records.tasks.get(taskKey('squares'));
      assert.ok(to);
      return joinTask({ leader, mirror: leading.mirror, clock: systemClock }, 'm', to);
    },
    samples(leader) {
      const context = { ...leading, leader, blobs, runExclusive: createWriteQueue() };
      return registerTask(context, { name: own, metric: '', defaultObjective: null, validationDigest: samples });
    },
    reprofile(leader) {
      const registry = createRegistryCache(leading.mirror, { prices: {}, clock: systemClock });
      return reprofile({ ...leading, leader }, { ...registry(), older: new Map() }, 'm');
    },
    async batch(leader) {
      const { records } = leading.mirror;
      const known = records.architectures.get(architectureKey('m', 1));
      assert.ok(known);
      const { recipes, keepAll, labels, signature } = known.value;
      const batch = { signature: { ...signature, batched: false }, maxBatchSize: 0, fixedBatch: undefined };
      const change = changeArchitecture(records, known, { recipes, keepAll, labels, batch });
      return change && writeUnchanged(leader, records, change.operations);
    },
  };

  /** Makes a change, before whose first write the results are stored, and repeats it after a conflict. */
  async function changeDuring(change: Change, ...results: readonly (() => Promise<void>)[]): Promise<void> {
    let isFirst = true;
    const write: Leader['write'] = async (...args) => {
      if (isFirst) {
        isFirst = false;
        for (const store of results) await store();
      }
      return leading.leader.write(...args);
    };
    const leader = { ...leading.leader, write };
    for (let tries = 0; !(await change(leader)); tries += 1) assert.ok(tries < 2, 'the change conflicts again');
  }
  const latencyMs = (): number | undefined => {
    const result = leading.mirror.records.measurements.get(measurementKey(measuredIn(1)))?.value.result;
    return result?.kind === 'measured' ? result.profile.points[0]?.p50Ms : undefined;
  };
  const variants = () => Array.from(leading.mirror.records.variants.values(), ({ value }) => value);

  for (const name of ['join', 'samples', 'reprofile'] as const) {
    it(`is kept by a change of the registry: ${name}`, async () => {
      await changeDuring(changes[name] ?? assert.fail(), measurement, quarantine);
      assert.equal(latencyMs(), milliseconds(2));
      assert.deepEqual(
        variants().map(({ quarantineReason }) => quarantineReason),
        ['it kills executors'],
      );
    });
  }

  it('moves to the other task with its model', async () => {
    await changeDuring(changes['join'] ?? assert.fail(), outcome);
    assert.deepEqual(
      variants().map(({ id, task }) => [id, task]),
      [
        ['m:original', 'squares'],
        ['m:int8-dynamic', 'squares'],
      ],
    );
  });

  it('is removed with the batch that it was generated for', async () => {
    await changeDuring(changes['batch'] ?? assert.fail(), outcome);
    assert.deepEqual(
      variants().map(({ id }) => id),
      ['m:original'],
    );
    assert.equal(leading.mirror.records.outcomes.size, 0);
  });

  it('is stored again if it conflicts with a change', async () => {
    const { leader } = leading;
    let tries = 0;
    leading = {
      ...leading,
      leader: { ...leader, write: async (...args) => ((tries += 1) > 1 ? leader.write(...args) : false) },
    };
    await measurement();
    assert.equal(latencyMs(), 2);
  });
});
