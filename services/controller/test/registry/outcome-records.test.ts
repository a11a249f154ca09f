// Records of generated files and of other outcomes of recipes.

import assert from 'node:assert/strict';
import { manifestDigest } from '@pareto/blobs';
import {
  bytes,
  digest,
  hardwareClassId,
  replicaId,
  systemClock,
  variantId,
  workerId,
  type Architecture,
  type Digest,
  type Manifest,
  type Measurement,
  type RecipeOutcome,
  type Signature,
  type Task,
} from '@pareto/core';
import { openEmbeddedStore, type Operation, type Store } from '@pareto/state';
import {
  buildArchitecture,
  buildHardwareClass,
  buildSlotGroup,
  buildTask,
  createTempFolder,
  type TempFolder,
} from '@pareto/testkit';
import { afterEach, beforeEach, describe, it } from 'mocha';
import { createBlobReservations } from '../../src/storage/blob-reservations.js';
import { createOutcomeRecords, type OutcomeRecords } from '../../src/registry/outcome-records.js';
import { originalVariants } from '../../src/registry/outcome-variants.js';
import {
  architectureKey,
  architecturePrefixes,
  assignmentKey,
  measurementKey,
  outcomeKey,
  putRecord,
  taskKey,
  variantKey,
  workerKey,
} from '../../src/storage/records.js';
import { logger, metrics, startCandidate, waitToLead, type Candidate } from '../support/candidate.js';
import { profileFor } from '../support/fake-worker.js';
import { infoOf, w1 } from '../support/reports.js';

const digestOf = (name: string): Digest => digest(`sha256:${Buffer.from(name).toString('hex').padEnd(64, '0')}`);
const manifestOf = (name: string): Manifest => ({
  files: [{ path: 'model.onnx', digest: digestOf(name), sizeBytes: bytes(7) }],
});
const tensor = (name: string, dims: readonly number[]) => ({ name, datatype: 'FP32', dims }) as const;
const shaped = (batched: boolean, ...lead: readonly number[]): Signature => ({
  inputs: [tensor('x', [...lead, 4])],
  outputs: [tensor('y', [...lead, 2])],
  batched,
});

describe('outcome records', () => {
  let folder: TempFolder;
  let store: Store;
  let leading: Candidate;
  let outcomes: OutcomeRecords;
  /** Digests of missing files. */
  let missing: ReadonlySet<Digest>;

  beforeEach(async () => {
    missing = new Set();
    folder = await createTempFolder();
    store = await openEmbeddedStore(folder.file('store'), { clock: systemClock });
    leading = await startCandidate(store, 'one:1');
    await waitToLead(leading);
    const blobs = {
      status: async (content: Digest) => ({ complete: !missing.has(content), receivedBytes: 7 }),
    };
    outcomes = createOutcomeRecords({
      ...leading,
      blobs,
      reservations: createBlobReservations(),
      maxBatchSize: 8,
      logger,
      metrics,
    });
  });
  afterEach(async () => {
    await leading[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  const write = (...operations: readonly Operation[]) => leading.leader.write([], operations);
  const task = (signature: Signature | undefined): Task => buildTask({ name: 't', signature });
  const architecture = (name: string, fields: Partial<Architecture> = {}): Architecture =>
    buildArchitecture({
      ...{ name, task: 't', manifest: manifestOf(name), modelDigest: manifestDigest(manifestOf(name)) },
      ...{ signature: shaped(true), recipes: ['original', 'fp16'] },
      ...fields,
    });
  const register = async (one: Architecture): Promise<void> => {
    const variants = originalVariants(leading.mirror.records, one);
    await write(
      putRecord(architectureKey(one.name, one.version), one),
      ...variants.map((variant) => putRecord(variantKey(variant.id, variant.version), variant)),
    );
  };
  const made = (name: string, recipe: string, file: string): RecipeOutcome => ({
    ...{ architecture: name, version: 1, recipe },
    result: {
      kind: 'made',
      manifest: manifestOf(file),
      modelDigest: manifestDigest(manifestOf(file)),
      similarity: 1,
      note: `by ${recipe}`,
    },
  });
  const variants = (): readonly string[] =>
    [...leading.mirror.records.variants.values()].map(({ value }) => `${value.id} ${fileOf(value.manifest)}`).sort();
  const fileOf = ({ files }: Manifest): string =>
    Buffer.from((files[0]?.digest ?? '').slice('sha256:'.length), 'hex')
      .toString()
      .replaceAll('\0', '');
  const stored = (name: string) => leading.mirror.records.architectures.get(architectureKey(name, 1))?.value;
  const signatureOfTask = () => leading.mirror.records.tasks.get(taskKey('t'))?.value.signature;
  const outcomeOf = (name: string, recipe: string) =>
    leading.mirror.records.outcomes.get(outcomeKey({ architecture: name, version: 1, recipe }))?.value.result;

  it('contain the first outcome of a recipe, and variants for the providers of the workers', async () => {
    await write(putRecord(taskKey('t'), task(shaped(true))), putRecord(workerKey(w1), workerOf('webgpu')));
    await register(architecture('a'));
    await outcomes.store(made('a', 'fp16', 'half'));
    await outcomes.store({ ...made('a', 'fp16', 'other') });
    assert.deepEqual(variants(), ['a:fp16 half', 'a:fp16@webgpu half', 'a:original a', 'a:original@webgpu a']);
  });

  it('contain declined and failed outcomes without variants', async () => {
    await register(architecture('a'));
    await outcomes.store({ ...made('a', 'int4', 'x'), result: { kind: 'declined', reason: 'no product' } });
    missing = new Set([digestOf('gone')]);
    await outcomes.store(made('a', 'fp16', 'gone'));
    assert.deepEqual(variants(), ['a:original a']);
    assert.deepEqual(outcomeOf('a', 'int4'), { kind: 'declined', reason: 'no product' });
    const failed = outcomeOf('a', 'fp16');
    assert.ok(failed?.kind === 'failed');
    assert.match(failed.reason, /model\.onnx: blob sha256:\w+ is missing/);
    await assert.rejects(outcomes.store(made('a', 'int3', 'x')), { code: 'invalid-argument' });
  });

  it('contain nothing about an architecture that was deleted while its file was generated', async () => {
    await register(architecture('a'));
    const deletion = write(...architecturePrefixes('a').map((prefix) => ({ kind: 'delete-prefix', prefix }) as const));
    await Promise.all([deletion, outcomes.store(made('a', 'fp16', 'half'))]);
    await outcomes.store(made('a', 'int4', 'quarter'));
    assert.deepEqual(
      (await store.range('recipe/')).entries.concat((await store.range('variant/')).entries).filter(isOf('a')),
      [],
    );
  });

  it('gain variants once for a provider that the fleet gains later', async () => {
    await register(architecture('a'));
    await outcomes.store(made('a', 'fp16', 'half'));
    await write(putRecord(workerKey(w1), workerOf('cuda')));
    const clusterView = () => {
      const { records } = leading.mirror;
      const architectures = new Map([['a', [architecture('a')]]]);
      const results = new Map([['a', [made('a', 'fp16', 'half')]]]);
      const known = new Map(Array.from(records.variants.values(), ({ value }) => [value.id, { variant: value }]));
      const registry = { architectures, outcomes: results, versions: architectures, variants: known };
      return { records, registry } as never;
    };
    await outcomes.addVariants(clusterView());
    const { revision } = leading.mirror;
    await outcomes.addVariants(clusterView());
    assert.deepEqual(variants(), ['a:fp16 half', 'a:fp16@cuda half', 'a:original a', 'a:original@cuda a']);
    assert.equal(leading.mirror.revision, revision);
  });

  describe('after a batch was made dynamic', () => {
    const fixed = (name: string, batch: number) =>
      architecture(name, { signature: shaped(false, batch), maxBatchSize: 0, fixedBatch: batch });

    it('change for the architecture, its original and its task in one transaction', async () => {
      await write(putRecord(taskKey('t'), task(shaped(false, 1))));
      await register(fixed('a', 1));
      await register(fixed('b', 1));
      await outcomes.store(made('a', 'dynamic-batch', 'free'));
      assert.deepEqual([stored('a')?.signature, stored('a')?.maxBatchSize], [shaped(true), 8]);
      assert.deepEqual(stored('a')?.manifest, manifestOf('a'), 'the registered manifest stays');
      assert.deepEqual(signatureOfTask(), shaped(true));
      assert.deepEqual(variants(), ['a:original free', 'b:original b']);
      const wrote = new Set(
        [architectureKey('a', 1), taskKey('t'), outcomeKey(made('a', 'dynamic-batch', ''))].map(
          (key) => revisionOf(key) ?? key,
        ),
      );
      assert.equal(wrote.size, 1, 'in one transaction');
    });

    it('change nothing if the batch was set by a registration meanwhile', async () => {
      await write(putRecord(taskKey('t'), task(shaped(true))));
      await register(architecture('a', { maxBatchSize: 100 }));
      await outcomes.store(made('a', 'dynamic-batch', 'free'));
      assert.deepEqual([stored('a')?.signature, stored('a')?.maxBatchSize], [shaped(true), 100]);
      assert.deepEqual([variants(), outcomeOf('a', 'dynamic-batch')], [['a:original a'], undefined]);
    });

    it('leave the task unchanged until all its architectures are batched', async () => {
      await write(putRecord(taskKey('t'), task(shaped(false, 8))));
      await register(fixed('a', 8));
      await register(fixed('b', 8));
      await outcomes.store(made('a', 'dynamic-batch', 'free'));
      assert.deepEqual([stored('a')?.signature, signatureOfTask()], [shaped(true), shaped(false, 8)]);
      await outcomes.store(made('b', 'dynamic-batch', 'freer'));
      assert.deepEqual([stored('b')?.signature, signatureOfTask()], [shaped(true), shaped(true)]);
    });

    const hardwareClass = hardwareClassId('cpu/x/y/0g');
    const loadAndMeasure = async (id: string): Promise<void> => {
      const own = { variant: variantId(id), version: 1, hardwareClass };
      const assignment = { ...own, replica: replicaId('r1'), worker: workerId('w1') };
      const measured: Measurement = { ...own, environment: '1', result: profileFor('') };
      await write(putRecord(assignmentKey(assignment), assignment), putRecord(measurementKey(measured), measured));
    };

    it('keep the replicas of the original and, of a batch of one, its measurement until the next one', async () => {
      await write(putRecord(taskKey('t'), task(shaped(false, 1))));
      await write(putRecord(workerKey(w1), workerOf('cpu')));
      await register(fixed('a', 1));
      await loadAndMeasure('a:original');
      await outcomes.store(made('a', 'dynamic-batch', 'free'));
      const { measurements, assignments } = leading.mirror.records;
      assert.deepEqual(
        Array.from(measurements.values(), ({ value }) => value.environment),
        [''],
      );
      assert.deepEqual(
        Array.from(assignments.values(), ({ value }) => value.replica),
        ['r1'],
      );
    });

    it('lose the replicas of the original on workers of an older release, which do not replace files', async () => {
      const { info, draining } = workerOf('cpu');
      await write(putRecord(workerKey(w1), { info: { ...info, replacesFiles: false }, draining }));
      await register(fixed('a', 1));
      await loadAndMeasure('a:original');
      await outcomes.store(made('a', 'dynamic-batch', 'free'));
      assert.equal(leading.mirror.records.assignments.size, 0);
    });

    it('lose the measurement of an original that was measured with more items', async () => {
      await write(putRecord(workerKey(w1), workerOf('cpu')));
      await register(fixed('a', 8));
      await loadAndMeasure('a:original');
      await outcomes.store(made('a', 'dynamic-batch', 'free'));
      const { measurements, assignments } = leading.mirror.records;
      assert.deepEqual([measurements.size, assignments.size], [0, 1]);
    });

    it('lose what was made and measured of the file with the fixed batch, if an earlier attempt had failed', async () => {
      await write(putRecord(taskKey('t'), task(shaped(false, 1))));
      await register(fixed('a', 1));
      await outcomes.store(made('a', 'fp16', 'half'));
      await loadAndMeasure('a:fp16');
      await outcomes.store(made('a', 'dynamic-batch', 'free'));
      assert.deepEqual(variants(), ['a:original free']);
      const { measurements, assignments, outcomes: known } = leading.mirror.records;
      assert.deepEqual([measurements.size, assignments.size], [0, 0]);
      assert.deepEqual(
        Array.from(known.values(), ({ value }) => value.recipe),
        ['dynamic-batch'],
      );
    });
  });

  const revisionOf = (key: string): number | undefined => {
    const { architectures, tasks, outcomes: all } = leading.mirror.records;
    return (architectures.get(key) ?? tasks.get(key) ?? all.get(key))?.modRevision;
  };
});

const isOf =
  (name: string) =>
  ({ key }: { readonly key: string }): boolean =>
    key.includes(`/${name}`);

const workerOf = (provider: string) => {
  const fields = { provider, device: 'x', instructionSet: 'y' };
  return { info: { ...infoOf(), slotGroups: [buildSlotGroup(buildHardwareClass(fields))] }, draining: false };
};
