import assert from 'node:assert/strict';
import { fallbackObjective, milliseconds, workerId, type Objective } from '@pareto/core';
import {
  createPreview,
  createTurnCore,
  defaultTurnParams,
  solvingParams,
  type PreviewChanges,
} from '../../src/index.js';
import type { SettledPlan } from '../../src/preview/settle-plan.js';
import type { PlacementReplica } from '../../src/snapshot/snapshot.js';
import { alsoOn, cpu, gpu, replica, snapshot, task, variant, worker } from '../support/fixture.js';
import { offered } from '../support/offered.js';

const now = 60_000;
// The faster variant is less accurate.
const small = variant('a:int8', { p50Ms: 10, accuracy: 0.9 });
const large = variant('b:original', { p50Ms: 40, accuracy: 0.99 });
const loaded = [replica('r0', 'a:int8', 'w'), replica('r1', 'b:original', 'w')];
const params = solvingParams(defaultTurnParams);
const none: PreviewChanges = { demands: [], prices: {}, added: [], removed: [] };

/** Previews changes after a turn with 5 items/s within 500 ms. */
function preview(
  changes: Partial<PreviewChanges>,
  {
    replicas = loaded,
    memoryMib = 1_000,
    frozen,
    objective,
  }: {
    readonly replicas?: readonly PlacementReplica[];
    readonly memoryMib?: number;
    readonly frozen?: readonly [];
    readonly objective?: Objective;
  } = {},
): SettledPlan {
  const variants = [small, large];
  const workers = [worker('w', memoryMib, { slots: 2 })];
  const observed = snapshot({ now: milliseconds(now), tasks: [task('digits')], variants, workers, replicas, frozen });
  const core = createTurnCore(params);
  core.observe(observed, offered(5, now, objective), []);
  const { settle } = createPreview(observed, core.state, params, { ...none, ...changes });
  const turns = settle();
  for (let turn = turns.next(); ; turn = turns.next()) if (turn.done === true) return turn.value;
}

const actionsOf = ({ actions }: SettledPlan): readonly string[] =>
  actions
    .flatMap((one) =>
      'assignment' in one ? [`${one.kind} ${one.assignment.variant} on ${one.assignment.worker}`] : [],
    )
    .toSorted();
const more = (target: string, itemsPerSecond: number) => ({ target, objective: undefined, amount: { itemsPerSecond } });

describe('a preview', () => {
  it('of nothing is where plans lead anyway', () => {
    const { actions, isSettled, loadMs, quality } = preview({});
    assert.deepEqual([actions, isSettled, loadMs, quality.source], [[], true, 0, 'exact']);
  });

  it('ignores a freeze', () => {
    assert.deepEqual(actionsOf(preview({}, { replicas: [], frozen: [] })), [
      'load a:int8 on w',
      'load b:original on w',
    ]);
  });

  it('scales the present demand of a target, to a rate or by a factor', () => {
    const byRate = preview({ demands: [more('digits', 100)] });
    assert.deepEqual(actionsOf(byRate), ['load a:int8 on w']);
    assert.ok(byRate.loadMs > 0);
    const byFactor = preview({ demands: [{ ...more('digits', 0), amount: { factor: 20 } }] });
    assert.deepEqual(actionsOf(byFactor), ['load a:int8 on w']);
    assert.deepEqual(actionsOf(preview({ demands: [{ ...more('b', 0), amount: { factor: 20 } }] })), [], 'it has none');
  });

  it('prices the slots that other demand would be short of', () => {
    assert.equal(preview({ demands: [more('digits', 100)] }).congestion, undefined);
    const { congestion } = preview({ demands: [more('digits', 10_000)] });
    assert.ok(Object.values(congestion?.usdPerHour ?? {}).some((usd) => usd > 0));
  });

  it('adds queries with an objective, and says what they lack', () => {
    const demand = (itemsPerSecond: number) => ({
      ...more('digits', itemsPerSecond),
      objective: { minAccuracy: 0.95, latencyMs: milliseconds(500) },
    });
    const feasible = preview({ demands: [demand(30)] });
    assert.deepEqual([actionsOf(feasible), feasible.plan.unmet], [['load b:original on w'], []]);
    const { plan } = preview({ demands: [demand(200)] });
    assert.deepEqual(
      plan.unmet.map(({ source, variant: of, cause }) => `${source} of ${of} lacks ${cause}`),
      ['demand of a:int8 lacks compute', 'demand of b:original lacks compute'],
      'both lose a part',
    );
    const helped = preview({ demands: [demand(200)], added: [{ like: workerId('w'), count: 5 }] });
    assert.deepEqual(helped.plan.unmet, []);
    assert.ok(actionsOf(helped).some((text) => /^load b:original on preview-1-\d$/.test(text)));
  });

  it('adds up changes of one target, of which one may end its queries', () => {
    const none = { ...more('digits', 0), amount: { factor: 0 } };
    assert.deepEqual(actionsOf(preview({ demands: [none, more('digits', 100)] })), ['load a:int8 on w']);
    const demand = { ...more('digits', 60), objective: { minAccuracy: 0.95, latencyMs: milliseconds(500) } };
    const unmet = preview({ demands: [demand, demand] }).plan.unmet.map(({ variant: of }) => of);
    assert.ok(unmet.includes(large.variant.id), 'two slots have time for 35 of 120 items/s');
  });

  it('loosens the objectives of the present queries of a target', () => {
    const present = (itemsPerSecond: number, latencyFactor: number, withoutFloor: boolean) => ({
      ...more('digits', itemsPerSecond),
      looser: { latencyFactor, withoutFloor },
    });
    const unmet = (objective: Objective, ...demands: PreviewChanges['demands']): number =>
      preview({ demands }, { objective }).plan.unmet.length;
    // Within the floor, the slots have time for 35/s.
    const accurate = { ...fallbackObjective, minAccuracy: 0.95, latencyMs: milliseconds(500) };
    assert.deepEqual([unmet(accurate, present(100, 1, false)), unmet(accurate, present(100, 1, true))], [1, 0]);
    // A query within 50 ms cannot wait for another one of 40 ms.
    const tight = { ...accurate, latencyMs: milliseconds(50) };
    assert.deepEqual([unmet(tight, present(20, 1, false)), unmet(tight, present(20, 10, false))], [1, 0]);
    assert.throws(() => unmet(tight, present(1, 0.5, false)), /multiplied by 0.5: expected a number from 1/);
    const others = { ...present(1, 2, false), target: 'b' };
    assert.throws(() => unmet(tight, others), /no queries name "b" now/);
    const added = { ...present(1, 2, false), objective: {} };
    assert.throws(() => unmet(tight, added), /an objective and a change of objectives/);
  });

  it('gives a target without queries the default objective', () => {
    assert.deepEqual(actionsOf(preview({ demands: [more('b', 30)] })), ['load b:original on w']);
  });

  it('evicts replicas that load as if they were ready', () => {
    const since = milliseconds(now - 1_000);
    for (const state of ['ready', 'loading'] as const) {
      const replicas = [replica('r1', 'b:original', 'w', { state, since })];
      assert.deepEqual(
        actionsOf(preview({}, { memoryMib: 150, replicas })),
        ['load a:int8 on w', 'unload b:original on w'],
        state,
      );
    }
  });

  it('moves replicas off removed workers', () => {
    const away = preview({ added: [{ like: workerId('w'), count: 1 }], removed: [workerId('w')] });
    assert.deepEqual(actionsOf(away), ['load a:int8 on preview-1-1', 'load b:original on preview-1-1']);
  });

  it('chooses classes by other prices', () => {
    const both = alsoOn(small, gpu, 1);
    const observed = snapshot({
      ...{ now: milliseconds(now), tasks: [task('digits')], variants: [both] },
      workers: [worker('c', 1_000, { classes: [cpu] }), worker('g', 1_000, { classes: [gpu] })],
      prices: { 'cpu/': 1, 'webgpu/': 2 },
    });
    const core = createTurnCore(params);
    core.observe(observed, offered(5, now), []);
    const classesWith = (prices: Readonly<Record<string, number>>): readonly string[] => {
      const { snapshot: start, settle } = createPreview(observed, core.state, params, { ...none, prices });
      assert.deepEqual(start.prices, { ...observed.prices, ...prices });
      const turns = settle();
      let turn = turns.next();
      while (turn.done !== true) turn = turns.next();
      // Other sources keep a copy on the other worker.
      const { plan, actions } = turn.value;
      const wanted = new Set(plan.kept.flatMap(({ replica: id, source }) => (source === 'demand' ? [id] : [])));
      return actionsOf({
        ...turn.value,
        actions: actions.filter((one) => 'assignment' in one && wanted.has(one.assignment.replica)),
      });
    };
    assert.deepEqual(classesWith({}), ['load a:int8 on c']);
    assert.deepEqual(classesWith({ 'webgpu/': 0.5 }), ['load a:int8 on g']);
  });

  it('rejects what it cannot preview', () => {
    const rejects = (changes: Partial<PreviewChanges>, code: string, message: RegExp): void => {
      assert.throws(() => preview(changes), { code, message });
    };
    rejects({ demands: [more('none', 1)] }, 'not-found', /no task, architecture or variant "none"/);
    rejects({ demands: [more('b', NaN)] }, 'invalid-argument', /is NaN: expected a number from 0 to 1e9/);
    rejects({ removed: [workerId('x')] }, 'not-found', /no worker "x"/);
    rejects({ added: [{ like: workerId('w'), count: 1_001 }] }, 'invalid-argument', /at most 1000/);
    const strict = { ...more('digits', 1), objective: { minAccuracy: 0.9999 } };
    rejects({ demands: [strict] }, 'failed-precondition', /no variant of digits meets the objective/);
    const factor = { ...strict, amount: { factor: 2 } };
    rejects({ demands: [factor] }, 'invalid-argument', /has an objective and a factor/);
  });
});
