// The demand window and the counters.

import assert from 'node:assert/strict';
import { milliseconds, variantId, type ReplicaReport } from '@pareto/core';
import type { wire } from '@pareto/rpc';
import { describe, it } from 'mocha';
import { addCounts, countsSince } from '../../src/loads/counters.js';
import { createDemandWindow } from '../../src/cluster/demand-window.js';
import { reportOf, w1 } from '../support/reports.js';

const ms = milliseconds;
const tiny = variantId('tiny:original');

describe('demand window', () => {
  const entry = (fields: Partial<wire.DemandEntry>, windowMs = 1000): wire.Demand => ({
    ...{ windowMs, limitsReached: [] },
    entries: [
      {
        tenant: '',
        target: 't',
        objective: null,
        requests: 0,
        items: 0,
        refused: 0,
        violations: 0,
        held: 0,
        heldVariant: '',
        itemsByVariant: {},
        latencyCounts: {},
        failed: 0,
        ...fields,
      },
    ],
  });

  it('computes rates over five seconds, with refused queries in proportion', () => {
    const demand = createDemandWindow();
    for (let second = 0; second < 5; second += 1) {
      demand.add('r', entry({ requests: 20, refused: 10, itemsByVariant: { [tiny]: 50 } }), ms(second * 1000));
    }
    assert.equal(demand.itemsPerSecond(ms(4_000)).get(tiny), 100);
    assert.deepEqual(demand.byTarget(ms(4_000)).get('t'), {
      requestsPerSecond: 20,
      refusedPerSecond: 10,
      violationsPerSecond: 0,
    });
    assert.equal(demand.itemsPerSecond(ms(20_000)).size, 0);
  });

  it('has the limits that each router reported last, until the router reports no more', () => {
    const demand = createDemandWindow();
    const reporting = (limit: string, count: number): wire.Demand => ({
      ...{ windowMs: 1000, entries: [] },
      limitsReached: [{ limit, count }],
    });
    demand.add('r', reporting('streams', 1), ms(0));
    demand.add('r2', reporting('rank', 7), ms(500));
    demand.add('r', reporting('streams', 3), ms(1000));
    assert.deepEqual(
      [...demand.limitsReached(ms(1000))],
      [
        ['r', [{ limit: 'streams', count: 3 }]],
        ['r2', [{ limit: 'rank', count: 7 }]],
      ],
    );
    assert.deepEqual([...demand.limitsReached(ms(5800)).keys()], ['r']);
    assert.equal(demand.limitsReached(ms(6000)).size, 0);
  });

  it('spreads the counts of a router that reports a long time in one message', () => {
    const demand = createDemandWindow();
    const minute = entry({ target: 't', requests: 6_000, itemsByVariant: { [tiny]: 6_000 } }, 60_000);
    demand.add('r', minute, ms(60_000));
    assert.equal(demand.itemsPerSecond(ms(60_000)).get(tiny), 100);
    assert.equal(demand.byTarget(ms(60_000)).get('t')?.requestsPerSecond, 100);
  });

  it('sums the outcomes of the queries of the last ten seconds', () => {
    const demand = createDemandWindow();
    const second = { requests: 20, refused: 4, violations: 1, failed: 5, latencyCounts: { 10: 15, 30: 1 } };
    for (let i = 0; i < 20; i += 1) demand.add('r', entry({ ...second, itemsByVariant: { [tiny]: 16 } }), ms(i * 1000));
    const outcomes = demand.outcomes(ms(19_000)).get('t');
    assert.deepEqual(
      [outcomes?.queries, outcomes?.attained, outcomes?.failed, [...(outcomes?.latencyCounts ?? [])]],
      [
        250,
        150,
        50,
        [
          [10, 150],
          [30, 10],
        ],
      ],
    );
    assert.equal(outcomes?.itemsByVariant.get(tiny), 160);
  });

  it('counts held queries by variant, and returns true only for a newly held variant', () => {
    const demand = createDemandWindow();
    const held = (variant: string, count: number) => entry({ held: count, heldVariant: variant });
    assert.equal(demand.add('r', held('a:x', 1), ms(0)), true);
    assert.equal(demand.add('r', held('a:x', 2), ms(500)), false);
    assert.equal(demand.add('r2', held('b:x', 5), ms(500)), true);
    assert.deepEqual(
      [...demand.held(ms(600))],
      [
        ['b:x', 5],
        ['a:x', 2],
      ],
    );
    assert.equal(demand.held(ms(9_000)).size, 0);
    assert.equal(demand.add('r', held('a:x', 1), ms(9_000)), true);
  });
});

describe('counters', () => {
  const load = (incarnation: string, ...replicas: readonly ReplicaReport[]) => ({
    ...{ worker: w1, incarnation, present: true, replicas },
  });

  it('add the counts since the last record, or all counts of a new incarnation', () => {
    const before = load('1', reportOf('a', { requests: 10, items: 20 }));
    const [same] = countsSince(before, load('1', reportOf('a', { requests: 15, items: 21 })));
    assert.deepEqual([same?.requests, same?.items], [5, 1]);
    const [restarted] = countsSince(before, load('2', reportOf('a', { requests: 3, items: 4 })));
    assert.deepEqual([restarted?.requests, restarted?.items], [3, 4]);
    assert.deepEqual(countsSince(before, load('1', reportOf('a', { requests: 10, items: 20 }))), []);
    assert.ok(restarted);
    assert.equal(addCounts(addCounts(undefined, restarted), restarted).items, 8);
  });
});
