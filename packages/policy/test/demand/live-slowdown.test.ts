import assert from 'node:assert/strict';
import { hardwareClassId, milliseconds, variantId, type HardwareClassId, type VariantId } from '@pareto/core';
import { defaultDemandParams as params } from '../../src/demand/demand-params.js';
import {
  followSlowdowns,
  liveSlowdowns,
  noSlowdowns,
  type ActiveReplica,
  type MeasuredVariant,
  type Slowdowns,
} from '../../src/demand/live-slowdown.js';
import { buildMeasuredResult } from '@pareto/testkit';
import { profile } from '../support/candidates.js';

const [a, b] = [variantId('a:original'), variantId('b:original')];
const [fast, slow] = [hardwareClassId('fast'), hardwareClassId('slow')];

const variant = (
  id: VariantId,
  points: ReadonlyMap<HardwareClassId, Readonly<Record<number, number>>>,
): MeasuredVariant => ({
  variant: { id, version: 1 },
  measurements: Array.from(points, ([hardwareClass, own]) => ({
    ...{ variant: id, version: 1, hardwareClass, environment: '1' },
    result: buildMeasuredResult(profile(own), undefined),
  })),
});
const variants = [
  variant(
    a,
    new Map([
      [fast, { 1: 10, 4: 16 }],
      [slow, { 1: 30, 4: 48 }],
    ]),
  ),
  variant(b, new Map([[fast, { 1: 5 }]])),
];

const active = (
  id: VariantId,
  hardwareClass: HardwareClassId,
  busyMs: number,
  executions: number,
  items = executions,
): ActiveReplica => ({
  assignment: { variant: id, version: 1, hardwareClass },
  recent: { elapsedMs: 1_000, busyMs, executions, items },
});

describe('the live slowdown', () => {
  it('compares with the profiled time of batches of the mean size, over all replicas and classes of a variant', () => {
    assert.deepEqual(liveSlowdowns([active(a, fast, 800, 40)], variants, params), new Map([[a, 2]]));
    assert.deepEqual(
      liveSlowdowns([active(a, fast, 800, 25, 100)], variants, params),
      new Map([[a, 2]]),
      'batches of 4',
    );
    const both = [active(a, fast, 400, 40), active(a, slow, 800, 20), active(b, fast, 900, 60)];
    assert.deepEqual(
      liveSlowdowns(both, variants, params),
      new Map([
        [a, 1.2],
        [b, 3],
      ]),
    );
  });

  it('leaves out what is as fast as profiled, hardly busy, idle or not measured, and is bounded', () => {
    const cases = [active(a, fast, 390, 40), active(a, fast, 90, 1), active(a, fast, 0, 0)];
    for (const one of cases) assert.deepEqual(liveSlowdowns([one], variants, params), new Map());
    assert.deepEqual(liveSlowdowns([active(b, slow, 900, 10)], variants, params), new Map(), 'no profile on the class');
    assert.deepEqual(liveSlowdowns([active(b, fast, 900, 1)], variants, params), new Map([[b, 10]]));
  });

  it('is computed again for another snapshot, and for the same one after two seconds', () => {
    const at = (now: number, isSame: boolean, before = noSlowdowns, replicas = [active(b, fast, 900, 60)]) =>
      followSlowdowns(before, isSame, () => replicas, variants, milliseconds(now), params);
    const first = at(0, true);
    assert.deepEqual(first.byVariant, new Map([[b, 3]]));
    assert.equal(at(1_999, true, first, []), first);
    const quick = [active(b, fast, 300, 60)];
    assert.equal(at(2_000, true, first, quick).byVariant.size, 0);
    assert.equal(at(1, false, first, quick).byVariant.size, 0);
  });

  it('is kept for a while by a variant that is not busy any more', () => {
    const at = (now: number, before: Slowdowns, replicas: readonly ActiveReplica[]) =>
      followSlowdowns(before, false, () => replicas, variants, milliseconds(now), params);
    const first = at(0, noSlowdowns, [active(b, fast, 900, 60)]);
    const later = at(params.idleSlowdownMs - 1, at(300_000, first, []), [active(b, fast, 10, 1)]);
    assert.deepEqual(later.byVariant, new Map([[b, 3]]));
    assert.deepEqual(at(params.idleSlowdownMs, later, []).byVariant, new Map());
  });
});
