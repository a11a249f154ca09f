import assert from 'node:assert/strict';
import { milliseconds } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import pc from 'picocolors';
import { formatDashboard } from '../../src/dashboard/format-dashboard.js';
import { fakeOverview, fakeReplica, fakeTaskLoad, fakeWorker } from '../support/fake-overview.js';
import { emptyDashboard, withOverview, withOutage, type DashboardState } from '../../src/dashboard/dashboard-state.js';

const show = (state: DashboardState, columns = 200, rows = 100): string[] =>
  formatDashboard(state, {
    ...{ now: milliseconds(20_000), router: 'r:1', columns, rows, sort: 'rate' },
    paint: pc.createColors(false),
  }).split('\n');
const at = milliseconds(6_000);
const absent = { reason: 'no controller is reachable at a:1', isAbsent: true };

describe('formatDashboard', () => {
  it('shows the leader and the standby controllers', () => {
    assert.equal(
      show(withOverview(fakeOverview(), at))[0],
      'cluster default, leader a:1, standby b:1; 1 router, table 7; store responded 0.0 s ago',
    );
    const alone = fakeOverview({ controllers: ['a:1', 'a:1'] });
    assert.equal(
      show(withOverview(alone, at))[0],
      'cluster default, leader a:1; 1 router, table 7; store responded 0.0 s ago',
    );
  });

  it('shows the source of the plan, and its gap, cost and age if it was solved', () => {
    const headOf = (plan: Partial<wire.PlanQuality> & { readonly source: string }): string =>
      show(withOverview(fakeOverview({ plan: { ageMs: 12_000, planId: '7', ...plan } }), at))[0] ?? '';
    assert.match(headOf({ source: 'solved', gap: 0.0213 }), /; plan solved within 2\.1 % of the bound, 12 s old$/);
    assert.match(
      headOf({ source: 'solved', gap: 0.01, usdPerHour: 0.12 }),
      /; plan solved within 1\.0 % of the bound, at \$0\.12 per hour, 12 s old$/,
    );
    assert.match(headOf({ source: 'stale' }), /; plan stale, 12 s old$/);
    assert.match(headOf({ source: 'greedy' }), /; plan greedy$/);
    assert.match(headOf({ source: 'greedy', usdPerHour: 0.2 }), /; plan greedy, at \$0\.20 per hour$/);
  });

  it('shows what the workers with replicas cost', () => {
    const idle = fakeWorker({ workerId: 'w2', usdPerHour: 0.3, replicas: [] });
    const headOf = (...workers: readonly wire.Worker[]): string =>
      show(withOverview(fakeOverview({ workers: [...workers] }), at))[0] ?? '';
    assert.match(headOf(fakeWorker(), idle), /; workers with replicas cost \$0\.10 per hour$/);
    assert.doesNotMatch(headOf(fakeWorker({ usdPerHour: 0 })), /cost/);
  });

  it('shows the notices of the controller as warnings', () => {
    const notices = ['no controller leads', 'the store was restored'];
    const lines = show(withOverview(fakeOverview({ leader: '', notices }), at));
    assert.match(lines[0] ?? '', /no leader, standby a:1, b:1;/);
    assert.deepEqual(lines.slice(1, 3), ['! no controller leads', '! the store was restored']);
  });

  it('names the limits that were reached, each once', () => {
    const limits = [{ limit: 'connections', count: 12 }];
    const limitsReached = ['router-1', 'router-2'].map((id) => ({ service: 'router', id, limits }));
    const lines = show(withOverview(fakeOverview({ limitsReached }), at));
    assert.equal(lines[1], "! limits reached in the last minute: connections; 'pareto status' shows where");
  });

  it('shows the last data with its age and the status of the router during an outage', () => {
    const outage = withOutage(
      withOverview(fakeOverview({ notices: ['the store was restored'] }), at),
      { ...absent, router: { kind: 'serves', tableAgeMs: 13_100 } },
      milliseconds(9_000),
    );
    assert.deepEqual(show(outage).slice(1, 5), [
      '! no controller is reachable at a:1; showing data from 14 s ago',
      '! router r:1 is serving, with a routing table from 13 s ago',
      '! the store was restored',
      '',
    ]);
    assert.ok(show(outage).includes('no worker has joined'));
  });

  it('shows the duration of an outage before the first data', () => {
    const first = withOutage(emptyDashboard, { ...absent, router: { kind: 'not ready' } }, milliseconds(15_000));
    const still = withOutage(first, { ...absent, router: { kind: 'not ready' } }, milliseconds(19_000));
    assert.deepEqual(show(still), [
      '! no controller is reachable at a:1, for 5 s',
      '! router r:1 has no routing table yet and waits for a controller',
    ]);
  });

  it('wraps warnings to the width', () => {
    const lines = show(withOverview(fakeOverview({ notices: ['the store was restored: check the replicas'] }), at), 30);
    assert.ok(lines.slice(0, 6).every((line) => line.length < 30));
  });

  const loaded = {
    tasks: [
      fakeTaskLoad({
        ...{ p50Ms: 1, p99Ms: 9, attainment: 0.5 },
        itemsPerSecondByVariant: { 'a:fp16': 3, 'b:int8': 1 },
      }),
      fakeTaskLoad({ task: 'other', requestsPerSecond: 500, variantsReady: [] }),
    ],
    workers: [fakeWorker({ replicas: [fakeReplica({ runningItems: 4, queuedItems: 7 })] })],
    recentActions: Array.from({ length: 10 }, (_, i) => ({
      ...{ kind: 'load', variant: `v${i}`, worker: 'w1', reason: 'requested', ageMs: 65_000 },
    })),
  };

  it('shows the serving variants, attainment and memory of workers', () => {
    const text = show(withOverview(fakeOverview(loaded), at)).join('\n');
    assert.match(
      text,
      /^other +500 .*no replica is ready\ndigits +10\.0 +1\.00 ms +9\.00 ms +50\.0 % .*a:fp16 75\.0 %, b:int8 25\.0 %$/m,
    );
    assert.match(text, /^w1 +ready +1\/2 +- +█████····· 512\.0 MiB of 1\.0 GiB +7 /m);
    assert.match(text, /^1 min 5 s +load +v0 +w1 +requested$/m);
  });

  it('computes the busy share of workers from two overviews', () => {
    const after = (busyUs: number) => fakeOverview({ workers: [fakeWorker({ replicas: [fakeReplica({ busyUs })] })] });
    const state = withOverview(after(1_500_000), milliseconds(7_000), withOverview(after(500_000), at));
    assert.equal(state.busy.get('w1'), 0.5);
    const restarted = withOverview(after(100_000), milliseconds(8_000), state);
    assert.ok(Math.abs((restarted.busy.get('w1') ?? 0) - 0.275) < 1e-9);
  });

  it('drops recent actions first, and then columns, on a small screen', () => {
    const state = withOverview(fakeOverview(loaded), at);
    const lines = show(state, 60, 12);
    assert.ok(lines.length <= 12, `${lines.length} lines`);
    assert.ok(lines.some((line) => line.startsWith('w1')) && lines.some((line) => line.startsWith('digits')));
    assert.ok(!lines.join('\n').includes('LATE/S'));
    const tall = show(state, 60, 17);
    assert.ok(tall.length <= 17 && tall.at(-1)?.startsWith('… ') === true, tall.join('\n'));
  });
});
