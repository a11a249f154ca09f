// What attacks cost other clients: the longest section that blocks an event loop, the growth of the heap, and the p99 of
// a bystander, each next to controls without an attack that run directly before and after.

import { groupBy, systemClock } from '@pareto/core';
import { createTempFolder } from '@pareto/testkit';
import { attacks } from '../test/hostile/attacks/attacks.js';
import { type Attack } from '../test/hostile/attacks/attack.js';
import { failuresOf, startFixture, type Fixture } from '../test/hostile/fixture.js';
import { max, pause, probeEnvironment, samplesOf, type Interval } from './hostile/probes.js';
import { progress, startBenchmark, type Row } from './report.js';

const bounds = { blockedMs: 250, heapMib: 256, ratio: 2 };
const mebibyte = 2 ** 20;
/** Time over which the attacks of a group are spread, so that they and their controls take about a minute. */
const spreadMs = 30_000;
const controlMs = 15_000;

interface Measured {
  readonly blockedMs: number;
  readonly heapMib: number;
  /** Times of the answers to bystanders on connections of their own. */
  readonly times: readonly number[];
  /** Number of failed queries of all bystanders. */
  readonly failed: number;
}

const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? NaN;

async function measure({ cluster, run }: Fixture, folder: string, group: readonly Attack[]): Promise<Measured> {
  // What the previous attack left is not counted.
  await pause(500);
  const from = systemClock.wallMs();
  const reports = await run(group, { full: true, spreadMs: group.length === 0 ? controlMs : spreadMs });
  const { bystanders } = reports;
  const interval: Interval = { from, until: systemClock.wallMs() };
  const services = [...cluster.routers, ...cluster.workers, ...cluster.controllers];
  const samples = await Promise.all(services.map(({ child }) => samplesOf(folder, child.pid, interval)));
  const growth = samples.map((own) => max(own.map(({ heapBytes }) => heapBytes)) - (own[0]?.heapBytes ?? 0));
  return {
    blockedMs: max(samples.flat().map(({ blockedMs }) => blockedMs)),
    heapMib: max(growth) / mebibyte,
    times: bystanders.flatMap(({ times }) => times),
    failed: failuresOf(reports).length,
  };
}

const p99 = (...measured: readonly Measured[]): number =>
  percentile(
    measured.flatMap(({ times }) => times),
    0.99,
  );

const rowsOf = (name: string, before: Measured, attacked: Measured, after: Measured): readonly Row[] => [
  { name: `${name}: longest blocked, without`, value: Math.max(before.blockedMs, after.blockedMs), unit: 'ms CPU' },
  { name: `${name}: longest blocked`, value: attacked.blockedMs, unit: 'ms CPU', reach: { atMost: bounds.blockedMs } },
  { name: `${name}: heap growth`, value: attacked.heapMib, unit: 'MiB', reach: { atMost: bounds.heapMib } },
  { name: `${name}: bystander's p99, without`, value: p99(before, after), unit: 'ms' },
  { name: `${name}: bystander's p99`, value: p99(attacked), unit: 'ms' },
  {
    name: `${name}: bystander's p99 / without`,
    value: p99(attacked) / p99(before, after),
    unit: 'x',
    reach: { atMost: bounds.ratio },
    noise: 0.5,
  },
  { name: `${name}: bystander's failures`, value: attacked.failed, unit: '', reach: { exactly: 0 } },
];

function summaryOf(before: Measured, attacked: Measured, after: Measured): string {
  const { blockedMs, heapMib, failed } = attacked;
  const times = `p99 ${p99(attacked).toFixed()} ms (without: ${p99(before, after).toFixed()} ms)`;
  return `blocked ${blockedMs.toFixed()} ms, heap growth ${heapMib.toFixed()} MiB, ${times}, ${failed} failures`;
}

const { only = '', report } = startBenchmark('hostile');
await using folder = await createTempFolder();
await using fixture = await startFixture({ env: probeEnvironment(folder.path) });
const rows: Row[] = [];
// Compiles the code of the services, which would slow down the first control.
await measure(fixture, folder.path, []);
for (const [name, group] of groupBy(attacks, (each) => each.group)) {
  if (!name.includes(only)) continue;
  const before = await measure(fixture, folder.path, []);
  const attacked = await measure(fixture, folder.path, group);
  const after = await measure(fixture, folder.path, []);
  progress(`${name}: ${summaryOf(before, attacked, after)}`);
  rows.push(...rowsOf(name, before, attacked, after));
}
report(rows);
