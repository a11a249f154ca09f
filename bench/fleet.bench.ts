// The cost of 1,000 workers and 20 routers for a controller over etcd, and the takeover by another controller.

import { writeFile } from 'node:fs/promises';
import { milliseconds, systemClock } from '@pareto/core';
import { createTempFolder, missingEtcd, startEtcd, waitFor } from '@pareto/testkit';
import { countLosses, scrape, startController, type MeasuredController } from './fleet/controllers.js';
import { registerTasks } from './fleet/register.js';
import { areConnected, isComplete, settle } from './fleet/settle.js';
import type { Observation } from './fleet/simulate.js';
import { startSimulation, type Simulation } from './fleet/simulation.js';
import { progress, startBenchmark, type Row } from './report.js';

const size = { workers: 1_000, routers: 20, tasks: 50, modelsPerTask: 4 };
const steadyMs = 30_000;
const token = 'a-secret-for-benchmarks-only';

const sleep = (ms: number): Promise<void> => systemClock.sleep(milliseconds(ms));

interface Measured {
  readonly controller: MeasuredController;
  readonly etcd: string;
  readonly simulation: Simulation;
}

async function measureSteady({ controller, etcd, simulation }: Measured): Promise<readonly Row[]> {
  const sample = async () => ({
    ...{ seen: simulation.observe() ?? emptyObservation, at: systemClock.now() },
    ...{ own: await controller.metrics(), store: await scrape(etcd) },
  });
  await controller.loopDelay();
  const before = await sample();
  await sleep(steadyMs);
  const delay = await controller.loopDelay();
  const after = await sample();
  const seconds = (after.at - before.at) / 1000;
  const own = (name: string): number => (after.own.value(name) - before.own.value(name)) / seconds;
  const store = (name: string): number => (after.store.value(name) - before.store.value(name)) / seconds;
  const seen = (name: 'deltas' | 'deltaBytes'): number => (after.seen[name] - before.seen[name]) / seconds;
  const turns = own('pareto_control_turn_seconds_count');
  const turnMs = (1000 * own('pareto_control_turn_seconds_sum')) / turns;
  const megabytes = after.own.value('process_resident_memory_bytes') / 2 ** 20;
  return [
    { name: 'replicas', value: after.seen.replicas, unit: '' },
    {
      name: 'steady: CPU, share of a core',
      value: 100 * own('process_cpu_seconds_total'),
      unit: '%',
      reach: { below: 50 },
      // Machines of one kind differ in speed.
      noise: 0.5,
    },
    { name: 'steady: RSS', value: megabytes, unit: 'MiB' },
    { name: 'steady: event loop delay, p99', value: delay.p99Ms, unit: 'ms', reach: { below: 50 } },
    { name: 'steady: event loop delay, max', value: delay.maxMs, unit: 'ms' },
    { name: 'steady: control turns', value: turns, unit: '/s' },
    { name: 'steady: duration of a control turn', value: turnMs, unit: 'ms' },
    { name: 'steady: deltas to a router', value: seen('deltas'), unit: '/s' },
    { name: 'steady: deltas to a router', value: seen('deltaBytes'), unit: 'B/s' },
    { name: 'steady: transactions', value: own('pareto_store_writes_total'), unit: '/s' },
    { name: 'steady: keys written', value: own('pareto_store_operations_total'), unit: '/s' },
    { name: 'steady: bytes to etcd', value: store('etcd_network_client_grpc_received_bytes_total'), unit: 'B/s' },
    { name: 'steady: entries committed by etcd', value: store('etcd_server_proposals_committed_total'), unit: '/s' },
  ];
}

/** Kills the leader, with `next` on standby. */
async function measureStorm({ controller, simulation }: Measured, next: MeasuredController): Promise<readonly Row[]> {
  await next.loopDelay();
  const cpuBefore = (await next.metrics()).value('process_cpu_seconds_total');
  const killedAt = systemClock.now();
  controller.child.kill('SIGKILL');
  const until = async (what: string, check: (seen: Observation) => boolean): Promise<number> => {
    await waitFor(what, () => check(simulation.observe() ?? emptyObservation) || undefined, 120_000);
    return (systemClock.now() - killedAt) / 1000;
  };
  await until('the streams to end', ({ workers }) => workers < size.workers);
  const backAfter = await until('all workers and routers to reconnect', (seen) => areConnected(seen, size));
  const wholeAfter = await until('every table to be complete', (seen) => isComplete(seen, size));
  await sleep(3_000);
  const metrics = await next.metrics();
  return [
    { name: 'takeover: all reconnected', value: backAfter, unit: 's', reach: { below: 10 } },
    { name: 'takeover: every table complete', value: wholeAfter, unit: 's' },
    {
      name: 'takeover: snapshot to a router',
      value: (simulation.observe() ?? emptyObservation).snapshotBytes / 1024,
      unit: 'KiB',
    },
    { name: 'takeover: event loop delay, max', value: (await next.loopDelay()).maxMs, unit: 'ms' },
    { name: 'takeover: CPU', value: metrics.value('process_cpu_seconds_total') - cpuBefore, unit: 's' },
  ];
}

const emptyObservation: Observation = {
  ...{ workers: 0, routers: 0, replicas: 0, ready: 0, minRows: 0, maxRows: 0, variants: 0 },
  ...{ deltas: 0, deltaBytes: 0, snapshots: 0, snapshotBytes: 0 },
};

async function run(): Promise<readonly Row[]> {
  await using folder = await createTempFolder();
  await using etcd = await startEtcd({ version: '3.6' });
  await writeFile(folder.file('token'), token);
  const [node = ''] = etcd.endpoints;
  const start = (name: string): Promise<MeasuredController> => {
    const store = ['--etcd', node, '--data-dir', folder.file(name), '--blobs', folder.file('blobs')];
    return startController([...store, '--cluster-token-file', folder.file('token')], profile);
  };
  const first = await start('first');
  const next = await start('next');
  try {
    const controllers = [first.address, next.address];
    await using simulation = startSimulation({ ...size, token, controllers });
    progress('joining');
    const startedAt = systemClock.now();
    await waitFor(
      'all to join',
      () => areConnected(simulation.observe() ?? emptyObservation, size) || undefined,
      120_000,
    );
    const joinedMs = systemClock.now() - startedAt;
    progress('registering, measuring, placing');
    const registeredAt = systemClock.now();
    await registerTasks(first.address, size);
    const settledMs = (await settle(simulation, size)) - registeredAt;
    progress('steady');
    const measured = { controller: first, etcd: node, simulation };
    const rows = [
      { name: 'all joined', value: joinedMs / 1000, unit: 's' },
      { name: 'all registered, measured and placed', value: settledMs / 1000, unit: 's', reach: { below: 60 } },
      { name: 'changes of leader', value: countLosses([first, next]), unit: '', reach: { below: 1 } },
      ...(await measureSteady(measured)),
    ];
    progress('takeover by another controller');
    return [...rows, ...(await measureStorm(measured, next))];
  } finally {
    // Writing a CPU profile takes a while.
    await Promise.all([first, next].map(({ child }) => child.stop(60_000)));
  }
}

const { profile, report } = startBenchmark('fleet');
const missing = await missingEtcd('3.6');
if (missing !== undefined) throw new Error(missing);
report(await run());
