// The gauges of the fleet, as a leader and a standby export them.

import assert from 'node:assert/strict';
import {
  hardwareClassId,
  milliseconds,
  replicaId,
  variantId,
  type Assignment,
  type CongestionPrices,
  type Milliseconds,
  type PlanQuality,
  type UnmetNeed,
} from '@pareto/core';
import { createFleetState, defaultFleetParams } from '@pareto/policy';
import { createControllerMetrics, privateInstruments } from '@pareto/telemetry';
import { setGauges } from '../../src/cluster/gauges.js';
import { infoOf, reportOf, w1, workerReport } from '../support/reports.js';

const ms = milliseconds;
const variant = variantId('tiny:original');
const assigned = ['a', 'b', 'c'].map((replica): Assignment => ({
  ...{ replica: replicaId(replica), variant, version: 1, worker: w1, hardwareClass: hardwareClassId('c') },
}));
const greedyQuality: PlanQuality = { source: 'greedy', at: ms(2_000), planId: 'p2' };
const need: UnmetNeed = { variant: variantId('big:original'), source: 'minimum', cause: 'memory', reason: 'too large' };

/** Returns the lines of the gauges of a worker with three assignments, of which two have a replica. */
async function scrape(
  leadingSince: Milliseconds | undefined,
  unmet: readonly UnmetNeed[] = [],
  quality?: PlanQuality,
  congestion?: CongestionPrices,
) {
  const metrics = createControllerMetrics(privateInstruments('controller'));
  const fleet = createFleetState(defaultFleetParams);
  const session = { info: infoOf() };
  fleet.join(session, ms(0));
  const replicas = [reportOf('a', { variant, state: 'ready' }), reportOf('b', { variant, state: 'warming' })];
  fleet.report(session, { ...workerReport, replicas }, ms(0));
  const value = { info: infoOf(), draining: false };
  const records = { workers: new Map([['w1', { key: 'w1', value, createRevision: 1, modRevision: 1 }]]) };
  const registry = { assignments: new Map([[w1, assigned]]) };
  const values = { routers: 0, storeAgeMs: 0, storeLoss: undefined, storeMembers: [], backupAgeMs: 0 };
  setGauges(
    metrics,
    { records, registry, fleet, now: ms(2_000), leadingSince },
    { ...values, unmet, quality, congestion },
  );
  const lines = (await metrics.text()).replaceAll(',service="controller"', '').split('\n');
  return lines.filter((line) => /^pareto_(replicas|plan_(unmet|source|gap|age)|workers|congestion)/.test(line));
}

describe('the gauges of a controller', () => {
  it('count the replicas that are wanted, starting and ready, by variant', async () => {
    const lines = await scrape(ms(0), [need]);
    for (const line of [
      'pareto_replicas_wanted{variant="tiny:original"} 3',
      'pareto_replicas{variant="tiny:original",state="warming"} 1',
      'pareto_replicas{variant="tiny:original",state="ready"} 1',
      'pareto_replicas{variant="tiny:original",state="loading"} 0',
      'pareto_plan_unmet{variant="big:original",reason="memory"} 1',
      'pareto_plan_unmet{variant="",reason="compute"} 0',
      'pareto_workers{state="connected"} 1',
    ])
      assert.ok(lines.includes(line), `${line}\n${lines.join('\n')}`);
  });

  it('state the source, the gap and the age of the last plan', async () => {
    const qualityLines = async (quality: PlanQuality): Promise<readonly string[]> =>
      (await scrape(ms(0), [], quality)).filter((line) => /^pareto_plan_(source|gap|age)/.test(line));
    const solved = { at: ms(500), planId: 'p1', cost: { usdPerHour: 4, boundUsdPerHour: 3 } };
    assert.deepEqual(await qualityLines({ source: 'solved', ...solved }), [
      'pareto_plan_source{source="solved"} 1',
      'pareto_plan_source{source="exact"} 0',
      'pareto_plan_source{source="greedy"} 0',
      'pareto_plan_source{source="stale"} 0',
      'pareto_plan_source{source="frozen"} 0',
      'pareto_plan_gap{service="controller"} 0.25',
      'pareto_plan_age_seconds{service="controller"} 1.5',
    ]);
    const greedy = await qualityLines(greedyQuality);
    assert.ok(greedy.includes('pareto_plan_gap{service="controller"} Nan'), greedy.join());
  });

  it('state the price of congestion while slots are short', async () => {
    const prices = { usdPerHour: { [hardwareClassId('cpu/x')]: 2.5 }, accuracyUsd: 1, missUsd: 10 };
    const linesOf = async (congestion?: CongestionPrices): Promise<readonly string[]> =>
      (await scrape(ms(0), [], greedyQuality, congestion)).filter((line) => line.includes('congestion'));
    assert.deepEqual(await linesOf(prices), ['pareto_congestion_usd_per_hour{hardware_class="cpu/x"} 2.5']);
    assert.deepEqual(await linesOf(), []);
  });

  it('are exported by the leader only', async () => {
    assert.deepEqual(await scrape(undefined, [need]), [
      'pareto_plan_gap{service="controller"} Nan',
      'pareto_plan_age_seconds{service="controller"} Nan',
    ]);
  });
});
