import assert from 'node:assert/strict';
import { milliseconds, type VariantId } from '@pareto/core';
import { buildHardwareClass, buildMeasuredResult, buildPoint, buildProfile } from '@pareto/testkit';
import { createContext } from '../../src/place/context/context.js';
import { defaultPlacementParams, type Demand, type PlacementVariant } from '../../src/snapshot/snapshot.js';
import { alsoOn, cpu, snapshot, variant, worker, type SnapshotFields } from '../support/fixture.js';

const small = variant('a:int8', { p50Ms: 5, accuracy: 0.9 });
const big = variant('b:original', { p50Ms: 40, accuracy: 0.99 });
const ids = (...all: readonly PlacementVariant[]): Demand['variants'] =>
  all.map((one) => one.variant.id) as [VariantId, ...VariantId[]];
const within = (latencyMs: number, itemsPerSecond: number, variants: Demand['variants']): Demand => ({
  ...{ variants, latencyMs: milliseconds(latencyMs), itemsPerSecond },
});

function divide(fields: SnapshotFields) {
  const world = snapshot({ variants: [small, big], workers: [worker('w', 9_000, { slots: 8 })], ...fields });
  return createContext(world, defaultPlacementParams).demands.map(({ variant: id, options, itemsPerSecond }) => ({
    ...{ id, itemsPerSecond },
    ms: options.map(({ secondsPerItem }) => Math.round(10_000 * secondsPerItem) / 10),
    classes: options.map(({ hardwareClass }) => hardwareClass),
  }));
}

describe('divideDemand', () => {
  it('steps down to variants that take less time where slots are too few, and up again', () => {
    const variants = ids(big, small);
    const chosen = (...rates: readonly number[]) =>
      divide({ demand: rates.map((rate) => within(1_000, rate, variants)) }).map(({ id }) => id);
    assert.deepEqual(chosen(100), ['b:original'], '4 of 5.6 slots');
    assert.deepEqual(chosen(600), ['a:int8']);
    assert.deepEqual(divide({ demand: [within(1_000, 600, ids(big))] })[0]?.id, 'b:original', 'its floor');
  });

  it('steps down no more of the demand than the slots require, the one that saves most first', () => {
    const demand = [within(1_000, 60, ids(big, small)), within(250, 90, ids(big, small))];
    assert.deepEqual(
      divide({ demand }).map(({ id, itemsPerSecond }) => [id, itemsPerSecond]),
      [
        ['b:original', 60],
        ['a:int8', 90],
      ],
    );
  });

  it('leaves demand on classes that have the slots', () => {
    const other = buildHardwareClass({ device: 'other', instructionSet: 'avx2' });
    const workers = [worker('w', 9_000, { slots: 1 }), worker('x', 9_000, { slots: 8, classes: [other] })];
    const both = alsoOn(big, other, 1);
    assert.equal(
      divide({ variants: [small, both], workers, demand: [within(1_000, 100, ids(both, small))] })[0]?.id,
      'b:original',
    );
  });

  it('uses only the classes that can answer in time, or all if none can', () => {
    const slow = buildHardwareClass({ device: 'slow', instructionSet: 'avx2' });
    const workers = [worker('w', 9_000), worker('x', 9_000, { classes: [slow] })];
    const both = alsoOn(small, slow, 24);
    const classesAt = (latencyMs: number) =>
      divide({ variants: [both], workers, demand: [within(latencyMs, 1, ids(both))] })[0]?.classes.length;
    assert.deepEqual([1_000, 50, 1].map(classesAt), [2, 1, 2]);
  });

  it('counts the time of an item in the largest batch that the objective leaves time for', () => {
    const points = [buildPoint(1, 8), buildPoint(8, 20), buildPoint(32, 60)];
    const profile = buildProfile(points, { rows: { kind: 'proved' } });
    const batched: PlacementVariant = {
      ...small,
      measurements: small.measurements.map((one) => ({ ...one, result: buildMeasuredResult(profile, undefined) })),
    };
    const msAt = (latencyMs: number) =>
      divide({ variants: [batched], demand: [within(latencyMs, 1_000, ids(batched))] })[0]?.ms[0];
    assert.deepEqual([1_000, 500].map(msAt), [1.9, 1.9]);
    assert.ok((msAt(100) ?? 0) >= 2.5 && (msAt(100) ?? 0) < 3, `${msAt(100)} ms in batches of 8`);
    assert.ok((msAt(25) ?? 0) >= 8, `${msAt(25)} ms alone`);
  });

  it('counts what batches take now', () => {
    const demand = [within(1_000, 10, ids(small))];
    assert.deepEqual(divide({ demand, slowdowns: new Map([[small.variant.id, 2]]) })[0]?.ms, [10]);
  });

  it('adds up what must be answered in about the same time', () => {
    const demand = [within(1_000, 10, ids(small)), within(900, 5, ids(small)), within(100, 1, ids(small))];
    assert.deepEqual(
      divide({ demand }).map(({ itemsPerSecond }) => itemsPerSecond),
      [15, 1],
    );
  });

  it('needs no option on a class of the fleet', () => {
    assert.deepEqual(
      divide({ workers: [worker('w', 9, { classes: [cpu] })], demand: [within(50, 9, ids(big))] }).length,
      1,
    );
  });
});
