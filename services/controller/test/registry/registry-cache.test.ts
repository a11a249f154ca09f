// The cached view of the registry: after any changes it equals a new view, and it keeps what did not change.

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { hardwareClassId, milliseconds, replicaId, variantId, workerId, type Measurement } from '@pareto/core';
import {
  buildAccuracy,
  buildArchitecture,
  buildMeasuredResult,
  buildPoint,
  buildProfile,
  buildSelectionRule,
  buildTask,
  buildVariant,
  createManualClock,
} from '@pareto/testkit';
import { createRegistryCache } from '../../src/registry/registry-cache.js';
import { variantsOfVersion, type RegistryView } from '../../src/registry/registry-view.js';
import { createRecordTables } from '../../src/storage/record-tables.js';
import {
  architectureKey,
  assignmentKey,
  measurementKey,
  ruleKey,
  taskKey,
  variantKey,
  type RecordKind,
  type Records,
} from '../../src/storage/records.js';

/** A record to write, or the key of one to delete. */
type Change = readonly [key: string, record?: Records[RecordKind]];

const names = ['a', 'b', 'c'];
const versions = [1, 2];
const recipes = ['original', 'fp16'];
const taskOf = (name: string): string => (name === 'c' ? 'words' : 'digits');
const idOf = (name: string, recipe: string) => variantId(`${name}:${recipe}`);

const task = (name: string, latencyMs = 100): Change => [
  taskKey(name),
  buildTask({ name, defaultObjective: { latencyMs: milliseconds(latencyMs) } }),
];
const architecture = (name: string, version: number, keepAll = false): Change => [
  architectureKey(name, version),
  buildArchitecture({ name, version, task: taskOf(name), keepAll }),
];
const variant = (name: string, recipe: string, version: number): Change => [
  variantKey(idOf(name, recipe), version),
  buildVariant({ id: idOf(name, recipe), architecture: name, version, task: taskOf(name), recipe }),
];
function measurement(name: string, recipe: string, version: number, ms: number): Change {
  const profile = buildProfile([buildPoint(1, ms)]);
  const record: Measurement = {
    ...{ variant: idOf(name, recipe), version, hardwareClass: hardwareClassId('cpu/x/avx2/1g'), environment: '1' },
    result: buildMeasuredResult(profile, buildAccuracy(0.9)),
  };
  return [measurementKey(record), record];
}
function assignment(name: string, version: number): Change {
  const record = {
    ...{ replica: replicaId(`r-${name}-${version}`), worker: workerId('w1'), variant: idOf(name, 'original'), version },
    hardwareClass: hardwareClassId('cpu/x/avx2/1g'),
  };
  return [assignmentKey(record), record];
}
const rule = (target: string): Change => [ruleKey(target), buildSelectionRule('deny', target)];

const ofName = fc.constantFrom(...names);
const ofVersion = fc.constantFrom(...versions);
const ofRecipe = fc.constantFrom(...recipes);
const written: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(fc.constantFrom('digits', 'words'), fc.constantFrom(10, 100)).map((all) => task(...all)),
  fc.tuple(ofName, ofVersion, fc.boolean()).map((all) => architecture(...all)),
  fc.tuple(ofName, ofRecipe, ofVersion).map((all) => variant(...all)),
  fc.tuple(ofName, ofRecipe, ofVersion, fc.constantFrom(5, 10, 20)).map((all) => measurement(...all)),
  fc.tuple(ofName, ofVersion).map((all) => assignment(...all)),
  fc.tuple(ofName, ofRecipe).map((all) => rule(idOf(...all))),
);
const change = fc
  .tuple(written, fc.integer({ min: 0, max: 3 }))
  .map(([one, dice]): Change => (dice === 0 ? [one[0]] : one));

/** Creates a cache over record tables, and functions that change the records and that read them without the cache. */
function open() {
  const tables = createRecordTables((key, reason) => assert.fail(`${key}: ${reason}`));
  const listeners: ((kinds: ReadonlySet<RecordKind>) => void)[] = [];
  const mirror = { records: tables.view, onChange: (listener: (typeof listeners)[number]) => listeners.push(listener) };
  const create = () => createRegistryCache(mirror as never, { prices: { 'cpu/': 0.05 }, clock: createManualClock() });
  let revision = 1;
  return {
    read: create(),
    readAgain: () => create()(),
    apply: (changes: readonly Change[]): void => {
      const applied = tables.apply(
        changes.map(([key, record]) => {
          revision += 1;
          if (record === undefined) return { kind: 'delete', key, revision };
          const value = JSON.stringify(record);
          return { kind: 'put', entry: { key, value, createRevision: revision, modRevision: revision } };
        }),
      );
      for (const listener of listeners) listener(new Set(applied.map(({ kind }) => kind)));
    },
  };
}

const sorted = <V>(map: ReadonlyMap<string, V>): ReadonlyMap<string, V> =>
  new Map([...map].toSorted(([a], [b]) => (a < b ? -1 : 1)));

/** Returns the view without the order of its maps. */
const contentOf = ({ tasks, architectures, variants, versions: all, groups, older, rules }: RegistryView) => ({
  ...{ tasks: sorted(tasks), architectures: sorted(architectures), variants: sorted(variants), versions: sorted(all) },
  ...{ groups: sorted(groups), older: sorted(older), rules },
});

const everything: readonly Change[] = [
  task('digits'),
  task('words'),
  ...names.flatMap((name) => [
    architecture(name, 1),
    ...recipes.flatMap((recipe, i) => [variant(name, recipe, 1), measurement(name, recipe, 1, 20 - 10 * i)]),
  ]),
];

describe('the cached registry', () => {
  it('equals a new view after any changes', () => {
    fc.assert(
      fc.property(fc.array(fc.array(change, { maxLength: 4 }), { maxLength: 8 }), (batches) => {
        const { read, readAgain, apply } = open();
        for (const batch of [everything, ...batches]) {
          apply(batch);
          assert.deepEqual(contentOf(read()), contentOf(readAgain()));
        }
      }),
      { numRuns: 50 },
    );
  });

  it('has the same variants by id, version and architecture, with their marks', () => {
    const { read, apply } = open();
    apply(everything);
    const view = read();
    assert.equal(view.variants.get(idOf('a', 'original'))?.dominatedBy, 'a:fp16');
    const own = variantsOfVersion(view, { name: 'a', version: 1 });
    assert.deepEqual(
      own.map(({ variant: { id } }) => id),
      ['a:original', 'a:fp16'],
    );
    for (const one of own) {
      assert.equal(view.variants.get(one.variant.id), one);
      assert.equal(view.versions.get(`${one.variant.id}/1`), one);
    }
    assert.deepEqual(variantsOfVersion(view, { name: 'a', version: 2 }), []);
  });

  it('keeps the variants of other tasks when a measurement changes', () => {
    const { read, apply } = open();
    apply(everything);
    const before = read();
    apply([measurement('a', 'fp16', 1, 30)]);
    const after = read();
    assert.equal(after.variants.get(idOf('a', 'original'))?.dominatedBy, 'b:fp16');
    assert.equal(after.groups.get('c/1'), before.groups.get('c/1'));
    assert.equal(after.variants.get(idOf('c', 'fp16')), before.variants.get(idOf('c', 'fp16')));
    assert.deepEqual([...after.versions.keys()], [...before.versions.keys()]);
    assert.equal(after.tasks, before.tasks);
  });

  it('is the same without changes, and has new versions after any', () => {
    const { read, apply } = open();
    apply(everything);
    const before = read();
    assert.equal(read(), before);
    apply([task('words', 10)]);
    assert.notEqual(read().versions, before.versions);
  });
});
