import assert from 'node:assert/strict';
import { fallbackObjective, milliseconds, variantId, type Objective } from '@pareto/core';
import fc from 'fast-check';
import { createDemandWindow, objectiveClass, type DemandEntry, type DemandReport } from '../../src/index.js';

const ms = milliseconds;
const [a, b] = [variantId('a:original'), variantId('b:original')];

const objectiveOf = (latencyMs: number): Objective => ({ ...fallbackObjective, latencyMs: ms(latencyMs) });

const entryOf = (fields: Partial<DemandEntry>): DemandEntry => ({
  ...{ tenant: 'default', target: 't', objective: fallbackObjective },
  ...{ offeredItems: 0, requests: 0, items: 0, refused: 0, infeasible: 0, violations: 0, failed: 0 },
  ...{ held: new Map(), itemsByVariant: new Map(), latencyCounts: new Map() },
  ...fields,
});

const reportOf = (...entries: readonly Partial<DemandEntry>[]): DemandReport => ({
  ...{ windowMs: ms(1_000), entries: entries.map(entryOf), limitsReached: [] },
});

describe('the demand window', () => {
  it('has the offered items per second over 5 s, also of a target whose queries are all rejected', () => {
    const window = createDemandWindow();
    const second = reportOf({ offeredItems: 1_000, requests: 1_000, items: 1_000, refused: 1_000 });
    for (let i = 0; i < 5; i++) window.add('r', second, ms(i * 1_000));
    const className = objectiveClass(fallbackObjective);
    const demand = { tenant: 'default', target: 't', className, objective: fallbackObjective };
    const rates = { itemsPerSecond: 1_000, latestPerSecond: 1_000, missedPerSecond: 1_000 };
    assert.deepEqual(window.demands(ms(4_500)), [{ ...demand, ...rates, answered: new Map() }]);
    assert.deepEqual(window.byTarget(ms(4_500)).get('t'), {
      requestsPerSecond: 1_000,
      refusedPerSecond: 1_000,
      violationsPerSecond: 0,
    });
  });

  it('has the rate of the latest second of all routers, once they have reported a second', () => {
    const window = createDemandWindow();
    const latest = (now: number) => window.demands(ms(now))[0]?.latestPerSecond;
    window.add('a', { ...reportOf({ offeredItems: 9 }), windowMs: ms(400) }, ms(0));
    assert.equal(latest(0), 0);
    window.add('a', { ...reportOf({ offeredItems: 100 }), windowMs: ms(800) }, ms(800));
    assert.equal(latest(800), 104.5, '100 in .8 s, and half of the 9 before');
    window.add('b', { ...reportOf({ offeredItems: 4_000 }), windowMs: ms(2_000) }, ms(1_000));
    assert.equal(latest(1_000), 2_104.5);
    window.add('a', reportOf({ offeredItems: 10 }), ms(1_800));
    window.add('b', reportOf({ offeredItems: 20 }), ms(2_000));
    assert.equal(latest(2_000), 30);
  });

  it('has the items that were missed, without those that no variant can answer in time', () => {
    const window = createDemandWindow();
    const second = reportOf({
      offeredItems: 300,
      requests: 100,
      items: 300,
      refused: 40,
      infeasible: 30,
      violations: 5,
    });
    for (let i = 0; i < 5; i++) window.add('r', second, ms(i * 1_000));
    const missed = (now: number) => window.demands(ms(now))[0]?.missedPerSecond;
    assert.equal(missed(4_500), 45);
    window.add('r', reportOf({ requests: 10, items: 10, refused: 10 }), ms(5_000));
    assert.equal(missed(5_000), (4 * 45 + 10) / 5, 'also of queries that arrived in a window before');
  });

  it('has the answered items by variant', () => {
    const window = createDemandWindow();
    const itemsByVariant = new Map([
      [a, 30],
      [b, 10],
    ]);
    for (let i = 0; i < 5; i++) window.add('r', reportOf({ offeredItems: 100, itemsByVariant }), ms(i * 1_000));
    const [demand] = window.demands(ms(4_000));
    assert.equal(demand?.itemsPerSecond, 100);
    assert.deepEqual(demand.answered, itemsByVariant);
  });

  it('keeps the rates of routers that report each second constant, at any time between two reports', () => {
    const window = createDemandWindow();
    for (let now = 0; now <= 20_000; now += 50) {
      for (const [router, offsetMs] of [0, 250, 950].entries()) {
        if (now >= offsetMs && (now - offsetMs) % 1_000 === 0)
          window.add(`r${router}`, reportOf({ offeredItems: 10 }), ms(now));
      }
      if (now >= 5_000) assert.equal(window.demands(ms(now))[0]?.itemsPerSecond, 30, `at ${now} ms`);
    }
  });

  it('forgets a bucket as soon as its first report is older than the span', () => {
    const window = createDemandWindow();
    const burst = reportOf({ offeredItems: 5, requests: 5 });
    for (const [router, at] of [0, 200, 400, 600].entries()) window.add(`r${router % 2}`, burst, ms(at));
    assert.equal(window.demands(ms(4_999))[0]?.itemsPerSecond, 4);
    assert.equal(window.demands(ms(5_000))[0]?.itemsPerSecond, 2, 'the first bucket of r0 began at 0');
    assert.deepEqual(window.demands(ms(5_700)), []);
    assert.equal(window.byTarget(ms(5_700)).size, 0);
    assert.equal(window.outcomes(ms(9_999)).get('t')?.queries, 20);
    assert.equal(window.outcomes(ms(10_600)).size, 0);
  });

  it('adds reports within half a second to one bucket', () => {
    const window = createDemandWindow();
    const report = { ...reportOf({ offeredItems: 10, requests: 10 }), windowMs: ms(100) };
    for (let now = 0; now < 10_000; now += 100) window.add('r', report, ms(now));
    assert.equal(window.demands(ms(9_900))[0]?.itemsPerSecond, 100);
    assert.equal(window.outcomes(ms(9_900)).get('t')?.queries, 1_000);
  });

  it('does not count reports that arrive late as a higher rate', () => {
    const window = createDemandWindow();
    const report = reportOf({ offeredItems: 100, requests: 100 });
    // The reports of five seconds arrive together, and four more on time.
    for (const at of [5_000, 5_000, 5_000, 5_000, 5_000, 6_000, 7_000, 8_000, 9_000]) window.add('r', report, ms(at));
    assert.equal(window.demands(ms(9_000))[0]?.itemsPerSecond, 100);
    assert.equal(window.byTarget(ms(9_000)).get('t')?.requestsPerSecond, 100);
  });

  it('counts the share of a report on a long time that falls into the span', () => {
    const window = createDemandWindow();
    const counts = { offeredItems: 6_000, requests: 6_000, itemsByVariant: new Map([[a, 6_000]]) };
    window.add('r', { ...reportOf(counts), windowMs: ms(60_000) }, ms(60_000));
    assert.equal(window.demands(ms(60_000))[0]?.itemsPerSecond, 100);
    assert.equal(window.byTarget(ms(60_000)).get('t')?.requestsPerSecond, 100);
    assert.equal(window.outcomes(ms(60_000)).get('t')?.queries, 1_000);
  });

  it('merges one class of objectives over routers and reports, with the strictest objective', () => {
    const window = createDemandWindow();
    assert.equal(objectiveClass(objectiveOf(100)), objectiveClass(objectiveOf(101)));
    window.add('r', reportOf({ objective: objectiveOf(101), offeredItems: 5 }), ms(0));
    window.add('r2', reportOf({ objective: objectiveOf(100), offeredItems: 10 }), ms(0));
    window.add('r', reportOf({ objective: objectiveOf(101), offeredItems: 5 }), ms(1_000));
    window.add('r', reportOf({ objective: objectiveOf(500), offeredItems: 25 }), ms(2_000));
    window.add('r', reportOf({ tenant: 'other', offeredItems: 30 }, { target: 'u', offeredItems: 35 }), ms(3_000));
    assert.deepEqual(
      window
        .demands(ms(3_000))
        .map((demand) => [...[demand.tenant, demand.target, demand.objective.latencyMs, demand.itemsPerSecond]]),
      [
        ['default', 'u', 1_000, 7],
        ['other', 't', 1_000, 6],
        ['default', 't', 500, 5],
        ['default', 't', 100, 4],
      ],
    );
  });

  it('has a bounded number of classes of each target, with all items', () => {
    const window = createDemandWindow();
    for (let i = 0; i < 100; i++) {
      const entries = Array.from({ length: 100 }, (_, j) => ({
        ...{ objective: { ...objectiveOf(50 + (i % 2)), maxCostPer1k: 1.1 ** (i + j) }, offeredItems: 1 },
      }));
      const report = reportOf(...entries, { target: 'u', offeredItems: 1 });
      window.add('r', { ...report, windowMs: ms(10) }, ms(i));
    }
    const demands = window.demands(ms(100));
    const ofTarget = demands.filter(({ target }) => target === 't');
    assert.equal(ofTarget.length, 65);
    assert.equal(Math.round(ofTarget.reduce((sum, { itemsPerSecond }) => sum + itemsPerSecond, 0)), 10_000 / 5);
    const [largest] = ofTarget;
    assert.equal(largest?.objective.latencyMs, 50, 'the strictest of the further classes');
    assert.ok(demands.some(({ target }) => target === 'u'));
  });

  it('sums the outcomes of the queries of the last ten seconds', () => {
    const window = createDemandWindow();
    const second = reportOf({
      ...{ requests: 20, refused: 4, infeasible: 3, violations: 1, failed: 5, itemsByVariant: new Map([[a, 16]]) },
      latencyCounts: new Map([
        [10, 15],
        [30, 1],
      ]),
    });
    for (let i = 0; i < 20; i += 1) window.add('r', second, ms(i * 1_000));
    assert.deepEqual(window.outcomes(ms(19_000)).get('t'), {
      ...{ queries: 250, failed: 50, refused: 40, infeasible: 30, attained: 150, itemsByVariant: new Map([[a, 160]]) },
      latencyCounts: new Map([
        [10, 150],
        [30, 10],
      ]),
    });
    assert.deepEqual(window.refusals(ms(19_000)).get('t'), { queries: 250, refused: 10 });
  });

  it('counts held queries by variant, and returns true only for a newly held variant', () => {
    const window = createDemandWindow();
    const held = (variant: typeof a, count: number): DemandReport => reportOf({ held: new Map([[variant, count]]) });
    assert.equal(window.add('r', held(a, 1), ms(0)), true);
    assert.equal(window.add('r', held(a, 2), ms(500)), false);
    assert.equal(window.add('r2', held(b, 5), ms(500)), true);
    assert.deepEqual(
      [...window.held(ms(600))],
      [
        [b, 5],
        [a, 2],
      ],
    );
    assert.equal(window.held(ms(3_000)).size, 0);
    assert.equal(window.add('r', held(a, 1), ms(3_000)), true);
  });

  it('sums the held queries of a variant over the entries and routers', () => {
    const window = createDemandWindow();
    window.add('r', reportOf({ held: new Map([[a, 1]]) }, { target: 'u', held: new Map([[a, 2]]) }), ms(0));
    window.add('r2', reportOf({ held: new Map([[a, 4]]) }), ms(100));
    assert.deepEqual([...window.held(ms(100))], [[a, 7]]);
    assert.deepEqual(window.demands(ms(100)), [], 'holds alone are not offered items');
  });

  it('has the limits that each router reported last, until the router reports no more', () => {
    const window = createDemandWindow();
    const reporting = (limit: string, count: number): DemandReport => ({
      ...{ ...reportOf(), limitsReached: [{ limit, count }] },
    });
    window.add('r', reporting('streams', 1), ms(0));
    window.add('r2', reporting('rank', 7), ms(500));
    window.add('r', reporting('streams', 3), ms(1_000));
    assert.deepEqual(
      [...window.limitsReached(ms(1_000))],
      [
        ['r', [{ limit: 'streams', count: 3 }]],
        ['r2', [{ limit: 'rank', count: 7 }]],
      ],
    );
    assert.deepEqual([...window.limitsReached(ms(5_800)).keys()], ['r']);
    assert.equal(window.limitsReached(ms(6_000)).size, 0);
  });

  it('has the sums of all reports within the span, whenever it is read', () => {
    // The time that a report covers is not longer than the time since the router's previous report.
    const windowMs = 500;
    const report = fc.record({
      router: fc.constantFrom('r', 'r2', 'r3'),
      target: fc.constantFrom('t', 'u'),
      afterMs: fc.integer({ min: windowMs, max: 3_000 }),
      offeredItems: fc.nat({ max: 1_000 }),
    });
    fc.assert(
      fc.property(fc.array(report, { maxLength: 40 }), fc.array(fc.boolean()), (reports, reads) => {
        const window = createDemandWindow();
        let now = 0;
        const sent = reports.map(({ afterMs, ...fields }, index) => {
          now += afterMs;
          window.add(fields.router, { ...reportOf(fields), windowMs: ms(windowMs) }, ms(now));
          if (reads[index] === true) window.demands(ms(now));
          return { ...fields, at: now };
        });
        const recent = sent.filter(({ at }) => now - at < 5_000);
        const expected = recent.reduce((sum, { offeredItems }) => sum + offeredItems, 0) / 5;
        const total = window.demands(ms(now)).reduce((sum, { itemsPerSecond }) => sum + itemsPerSecond, 0);
        assert.ok(Math.abs(total - expected) < 1e-6);
      }),
    );
  });
});
