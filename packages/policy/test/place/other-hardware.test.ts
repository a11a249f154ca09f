// Variants that were measured only on hardware classes that the fleet no longer has.

import assert from 'node:assert/strict';
import type { Measurement, Plan } from '@pareto/core';
import { buildHardwareClass } from '@pareto/testkit';
import { planReplicas } from '../../src/place/plan-replicas.js';
import { defaultPlacementParams, type PlacementVariant, type PlacementWorker } from '../../src/snapshot/snapshot.js';
import { carryOut } from './carry-out.js';
import { alsoOn, brief, cpu, replica, snapshot, variant, worker, type SnapshotFields } from '../support/fixture.js';

const params = { ...defaultPlacementParams, copies: 1 };
const other = buildHardwareClass({ instructionSet: 'avx512' });
const small = variant('small:original', { p50Ms: 1, accuracy: 0.9 });
const large = variant('large:original', { p50Ms: 9, accuracy: 0.99 });
const int8 = variant('large:int8-dynamic', { p50Ms: 3, accuracy: 0.98 });
const elsewhere = [worker('w', 500, { classes: [other] })];
const plan = (fields: SnapshotFields): Plan => planReplicas(snapshot(fields), params);
const loadsOf = (fields: SnapshotFields): readonly string[] =>
  brief(plan(fields)).filter((action) => action.startsWith('load'));

describe('a fleet without the classes that variants were measured on', () => {
  it('serves them on the class that it has, and measures them there', () => {
    assert.deepEqual(brief(plan({ variants: [small, large], workers: elsewhere })), [
      'measure small:original on w',
      'load large:original on w',
    ]);
    const held = { variants: [small, large], workers: elsewhere, held: [small.variant.id] };
    assert.deepEqual(loadsOf(held), ['load small:original on w', 'load large:original on w']);
  });

  it('loads a generated variant there too, if it is pinned or queries are held for it', () => {
    const about = { kind: 'pin', tenant: 'default', task: 'digits', target: int8.variant.id } as const;
    const pin = { ...about, id: '1', by: 'test', reason: '', madeWallMs: 0, endsWallMs: undefined };
    const variants = [large, int8];
    assert.ok(loadsOf({ variants, workers: elsewhere, rules: [pin] }).includes('load large:int8-dynamic on w'));
    const held = { variants, workers: elsewhere, held: [int8.variant.id] };
    assert.ok(loadsOf(held).includes('load large:int8-dynamic on w'));
  });

  it('does not load a variant that failed there, nor a generated one that never ran', () => {
    const failure: Measurement['result'] = { kind: 'failed', reason: 'unknown operator' };
    const onOther = alsoOn(small, other, 1).measurements.map((one) =>
      one.hardwareClass === other.id ? { ...one, result: failure } : one,
    );
    const failed = { ...small, measurements: onOther };
    assert.deepEqual(loadsOf({ variants: [failed], workers: elsewhere, held: [failed.variant.id] }), []);
    const unmeasured = variant('small:int8-dynamic');
    assert.deepEqual(loadsOf({ variants: [unmeasured], workers: elsewhere, held: [unmeasured.variant.id] }), []);
  });

  it('does not wait for a worker that may come back, but uses one that is there', () => {
    const replicas = [replica('1', 'small:original', 'old')];
    const held = [small.variant.id];
    const loads = (presence: PlacementWorker['presence']): readonly string[] =>
      loadsOf({ variants: [small], workers: [...elsewhere, worker('old', 500, { presence })], replicas, held });
    assert.deepEqual(loads('awaited'), ['load small:original on w']);
    assert.deepEqual(loads('connected'), []);
  });

  it('keeps the replica as that of an unmeasured model until the variant is measured there', () => {
    const onOther = replica('1', 'small:original', 'w');
    const replicas = [{ ...onOther, assignment: { ...onOther.assignment, hardwareClass: other.id } }];
    const sourcesOf = (known: PlacementVariant): readonly unknown[] =>
      plan({ variants: [known], workers: elsewhere, replicas }).kept.map(({ source }) => source);
    assert.deepEqual(sourcesOf(provisionalOn(small)), ['unmeasured']);
    assert.deepEqual(sourcesOf(alsoOn(small, other, 2)), ['minimum']);
  });

  it('converges to a state in which the variants are measured on the class', () => {
    let world = snapshot({ variants: [small, large], workers: elsewhere });
    for (let turn = 0; turn < 20; turn++) world = carryOut(world, planReplicas(world, params));
    for (const { measurements } of world.variants)
      assert.deepEqual(
        measurements.map(({ hardwareClass }) => hardwareClass),
        [cpu.id, other.id],
      );
    assert.deepEqual(brief(planReplicas(world, params)), []);
  });
});

/** Adds a provisional profile on the other class. */
function provisionalOn(known: PlacementVariant): PlacementVariant {
  const measurements = alsoOn(known, other, 2).measurements.map((one): Measurement => {
    if (one.hardwareClass !== other.id || one.result.kind === 'failed') return one;
    const profile = { ...one.result.profile, provisional: true as const };
    return { ...one, environment: '', result: { ...one.result, profile, accuracy: undefined } };
  });
  return { ...known, measurements };
}
