// Which workers expire, and when to check again.

import assert from 'node:assert/strict';
import { milliseconds } from '@pareto/core';
import { describe, it } from 'mocha';
import { createFleetState } from '../../src/fleet/fleet-state.js';
import { planExpiry } from '../../src/fleet/plan-expiry.js';
import { loadOf, reportOf, sessionOf, w1, w2, workerReport } from './workers.js';

const ms = milliseconds;

describe('planExpiry', () => {
  const params = { rejoinMs: 1_500, firstJoinMs: 10_000 };
  const loads = [loadOf(w1, 1, { replicas: [reportOf('a')] }), loadOf(w2, 2)];

  it('expires the present loads of workers that are gone, with the latest reports of the same process', () => {
    const fleet = createFleetState(params);
    const [one, other] = [sessionOf(w1), sessionOf(w2)];
    for (const each of [one, other]) fleet.join(each, ms(20_000));
    fleet.report(one, workerReport([reportOf('b')]), ms(20_000));
    fleet.leave(one, ms(20_000));
    fleet.report(other, workerReport(), ms(21_000));
    const at = (now: number, stored = loads) => planExpiry(stored, fleet, ms(now), ms(0));
    assert.deepEqual(at(21_400), { expired: [], nextAt: 21_500 });
    const { expired } = at(21_500);
    assert.deepEqual(expired, [{ worker: w1, incarnation: '1', present: false, replicas: [reportOf('b')] }]);
    const replicas = [reportOf('a')];
    assert.deepEqual(at(21_500, [loadOf(w1, 1, { incarnation: '0', replicas })]).expired[0]?.replicas, replicas);
    assert.deepEqual(at(21_500, [loadOf(w1, 1, { present: false })]).expired, []);
  });

  it('does not expire workers that departed, for this leader and the next one', () => {
    const fleet = createFleetState(params);
    const one = sessionOf(w1);
    fleet.join(one, ms(20_000));
    fleet.leave(one, ms(20_000), 'departed');
    assert.deepEqual(planExpiry([loadOf(w1, 1)], fleet, ms(20_000), ms(0)).expired, []);
    const next = createFleetState(params);
    const stored = [loadOf(w1, 2, { departed: true })];
    next.follow(stored, ms(30_000));
    assert.deepEqual(planExpiry(stored, next, ms(60_000), ms(40_000)).expired, []);
  });

  it('checks each second while workers are awaited during an isolation, and not more often than every 50 ms', () => {
    const fleet = createFleetState(params);
    assert.deepEqual(planExpiry(loads, fleet, ms(12_000), ms(0)), { expired: [], nextAt: 13_000 });
    const [one, other] = [sessionOf(w1), sessionOf(w2)];
    for (const each of [one, other]) fleet.join(each, ms(20_000));
    assert.equal(planExpiry(loads, fleet, ms(20_000), ms(0)).nextAt, Infinity);
    fleet.leave(one, ms(20_000));
    assert.equal(planExpiry(loads, fleet, ms(20_000), ms(0)).nextAt, 21_000);
    fleet.report(other, workerReport(), ms(21_000));
    assert.equal(planExpiry(loads, fleet, ms(21_480), ms(0)).nextAt, 21_530);
  });
});
