import assert from 'node:assert/strict';
import { milliseconds, type Measurement, type PlanAction, type VariantId } from '@pareto/core';
import {
  defaultPlacementParams,
  planReplicas,
  replaces,
  type NoisyMeasurements,
  type PlacementVariant,
} from '../../src/index.js';
import { countRepeats, observeNoisy } from '../../src/make/noisy-measurements.js';
import {
  architecture,
  brief,
  cpu,
  replica,
  snapshot,
  variant,
  worker,
  type SnapshotFields,
} from '../support/fixture.js';

const noisy = variant('a:original', { p50Ms: 9, noise: 0.4 });
const quiet = variant('b:original', { p50Ms: 9 });
const { id } = noisy.variant;
const minutes = (count: number) => milliseconds(60_000 * count);
const hour = 60;

/** Observes the variants at a minute, and plans. Returns what is measured, when to plan next, and the state after that. */
function plan(before: NoisyMeasurements, minute: number, fields: SnapshotFields = {}) {
  const world = snapshot({ variants: [noisy, quiet], workers: [worker('w', 500)], now: minutes(minute), ...fields });
  const measuring = new Set(world.workers.map((one) => one.measuring));
  const seen = observeNoisy(before, world.variants, measuring, world.now);
  const planned = planReplicas({ ...world, noisy: seen }, { ...defaultPlacementParams, copies: 1 });
  const steps = brief(planned).filter((action) => /^(make|measure)/.test(action));
  return { steps, nextAt: planned.nextAt / 60_000, noisy: countRepeats(seen, planned.actions) };
}

const repeat = ['measure a:original on w'];

describe('noisy measurements', () => {
  it('are repeated after pauses that double up to an hour', () => {
    let state = plan(new Map(), 0);
    assert.deepEqual([state.steps, state.nextAt], [[], 1]);
    let minute = 0;
    for (const pause of [1, 2, 4, 8, 16, 32, hour, hour]) {
      minute += pause;
      assert.deepEqual(plan(state.noisy, minute - 0.1).steps, [], `before minute ${minute}`);
      state = plan(state.noisy, minute);
      assert.deepEqual(state.steps, repeat, `at minute ${minute}`);
      const measuring = { workers: [worker('w', 500, { measuring: id })] };
      state = plan(state.noisy, minute + 100, measuring);
      assert.deepEqual(state.steps, [], 'it is being measured');
      minute += 101;
      state = plan(state.noisy, minute);
      assert.deepEqual(state.steps, [], 'the pause starts at the end');
    }
  });

  it('are forgotten once a quiet one replaces them', () => {
    const state = plan(new Map(), 0);
    const measured = variant('a:original', { p50Ms: 5 });
    const after = plan(state.noisy, 1, { variants: [measured, quiet] });
    assert.deepEqual([after.steps, after.noisy.size], [[], 0]);
    assert.deepEqual(plan(after.noisy, 2).steps, [], 'a new one starts with the first pause');
  });

  it('are repeated after all other steps, and not while the worker answers queries', () => {
    const state = plan(new Map(), 0);
    const wanted = { architectures: [architecture('b', { recipes: ['fp16'] })] };
    assert.deepEqual(plan(state.noisy, 1, wanted).steps, ['make fp16 of b on w']);
    const busy = { replicas: [replica('r', 'b:original', 'w', { lastUsedAt: minutes(1) })] };
    assert.deepEqual(plan(state.noisy, 1, busy).steps, []);
  });

  it('are repeated only after a worker of the class has had no queries for 30 s', () => {
    const { noisy: seen } = plan(new Map(), 0);
    const usedAgo = (seconds: number): readonly string[] => {
      const lastUsedAt = milliseconds(minutes(10) - 1_000 * seconds);
      return plan(seen, 10, { replicas: [replica('1', 'b:original', 'w', { lastUsedAt })] }).steps;
    };
    assert.deepEqual(usedAgo(29), []);
    assert.deepEqual(usedAgo(31), repeat);
  });

  it('are repeated one at a time, while no worker generates or measures', () => {
    const both = { variants: [noisy, variant('c:original', { p50Ms: 9, noise: 0.2 })] };
    const state = plan(new Map(), 0, both);
    const workers = [worker('v', 500), worker('w', 500)];
    assert.equal(plan(state.noisy, 1, { ...both, workers }).steps.length, 1);
    const making = { architecture: 'b', version: 1, recipe: 'fp16' };
    assert.deepEqual(
      plan(state.noisy, 1, { ...both, workers: [worker('v', 500, { making }), worker('w', 500)] }).steps,
      [],
    );
  });

  it('are repeated only where their environment is, and not if the variant is quarantined', () => {
    const state = plan(new Map(), 0);
    const bad = variant('a:original', { p50Ms: 9, noise: 0.4, quarantineReason: 'it kills' });
    assert.deepEqual(plan(state.noisy, 1, { variants: [bad] }).steps, []);
    assert.deepEqual(plan(state.noisy, 1, { workers: [] }).steps, []);
    const requested = variant('a:original', { p50Ms: 9, noise: 0.4, environment: '' });
    const once = { variants: [requested, quiet], workers: [worker('v', 500), worker('w', 500)] };
    assert.deepEqual(plan(state.noisy, 1, once).steps.length, 1, 'not twice if it is measured again on request');
  });

  it('keep their pauses while other variants are measured', () => {
    const state: NoisyMeasurements = plan(new Map(), 0).noisy;
    const other: PlanAction = {
      ...{ kind: 'measure', variant: 'b:original' as VariantId, version: 1, hardwareClass: cpu.id },
      ...{ worker: worker('w', 500).info.id, reason: '' },
    };
    assert.deepEqual(countRepeats(state, [other]), state);
  });
});

describe('a new measurement', () => {
  const of = (fields: Parameters<typeof variant>[1]): Measurement => {
    const [measurement] = (variant('a:original', fields) satisfies PlacementVariant).measurements;
    assert.ok(measurement !== undefined);
    return measurement;
  };
  const known = of({ p50Ms: 9, noise: 0.4 });
  const cases: readonly (readonly [string, Measurement, Measurement | undefined, boolean])[] = [
    ['the first one', known, undefined, true],
    ['a quiet one', of({ p50Ms: 5 }), known, true],
    ['a less noisy one', of({ p50Ms: 5, noise: 0.3 }), known, true],
    ['a noisier one', of({ p50Ms: 5, noise: 0.5 }), known, false],
    ['one that failed', of({ failure: 'killed' }), known, false],
    ['a noisy one in another environment', of({ p50Ms: 5, noise: 0.5, environment: '2' }), known, true],
    ['a noisy one on request', of({ p50Ms: 5, noise: 0.5 }), of({ p50Ms: 9, noise: 0.4, environment: '' }), true],
    ['a noisy one after a quiet one', known, of({ p50Ms: 5 }), true],
  ];
  for (const [name, next, before, expected] of cases) {
    it(`${expected ? 'replaces' : 'does not replace'} the known one: ${name}`, () => {
      assert.equal(replaces(next, before), expected);
    });
  }
});
