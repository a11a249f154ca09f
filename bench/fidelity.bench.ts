// How far the simulator is from a real cluster, with the same arrivals, objectives, profiles, prices and replicas in both.

import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { milliseconds, systemClock, type Milliseconds } from '@pareto/core';
import { environmentOnly } from '@pareto/isolation';
import type { HostParams } from '@pareto/simulator';
import { createSolver } from '@pareto/solver';
import { createTempFolder } from '@pareto/testkit';
import { measureInterference } from './fidelity/interference.js';
import {
  drawLoad,
  mixedLoad,
  modelsChange,
  plannedLoads,
  sleepingChange,
  sleepingLoad,
  type Load,
  type PlannedLoad,
} from './fidelity/loads.js';
import { readerShape, registerDigit, registerDigitFamily, registerReader } from './fidelity/models.js';
import type { Outcome } from './fidelity/outcome.js';
import { comparisonPage } from './fidelity/page.js';
import {
  compilingMs,
  meanCpu,
  measureIdle,
  measureTask,
  measureUse,
  type CpuUse,
  type MeasuredTask,
} from './fidelity/query-cpu.js';
import { startRealCluster, type RealCluster, type ServedTask } from './fidelity/real-cluster.js';
import { compareRows } from './fidelity/rows.js';
import { pricedWorkers, releaseArgs } from '../test/support/priced-workers.js';
import { simulateLoad } from './fidelity/simulate-load.js';
import { startSleeping } from './fidelity/sleeping-workers.js';
import { readReader } from './overload/models.js';
import { progress, startBenchmark, type Row } from './report.js';

const { only = '', quick: isQuick = false, report } = startBenchmark('fidelity');
const runs = isQuick ? 3 : 10;
const seeds = 10;
/** Time between two runs, in which all queries end. */
const pauseMs = milliseconds(1_500);
/** The same, in which the controller also releases workers: it holds demand that falls for a minute, and what is left of it then for another. */
const releaseMs = milliseconds(150_000);
const pages = '.cache/fidelity';
await using solver = createSolver({ isolation: environmentOnly, clock: systemClock });
const releasedName = 'mix on two priced classes, hosts released';
/** Time of the way of a query, which is part of the objectives of the mix. */
const hopMs = 5;

interface RanLoad {
  readonly load: Load;
  readonly real: Outcome[];
}

const isAsked = ({ name }: PlannedLoad): boolean => name.includes(only);
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

const formatUse = (use: CpuUse): string =>
  Array.from(use, ([role, cores]) => `${role} ${cores.toFixed(3)}`).join(', ') + ' cores';

/** Runs the loads in rotation, so that each has runs from the same moments. The first run of each warms up, and does not count. */
async function runInRotation(
  cluster: RealCluster,
  loads: readonly Load[],
  waitMs: Milliseconds,
): Promise<readonly RanLoad[]> {
  const ran = loads.map((load): RanLoad => ({ load, real: [] }));
  for (let run = 0; run <= runs; run++)
    for (const { load, real } of ran) {
      await systemClock.sleep(waitMs);
      const [outcome, use] = await measureUse(cluster, () => cluster.run(load));
      if (run > 0) real.push(outcome);
      const { attainment, p99Ms } = outcome;
      progress(`${load.name}, run ${run} of ${runs}: attainment ${percent(attainment)}, p99 ${p99Ms.toFixed(1)} ms`);
      progress(`  ${formatUse(use)}`);
    }
  return ran;
}

type Host = Pick<HostParams, 'cores' | 'interference'>;
type StartedCluster = RealCluster & { readonly tasks: readonly ServedTask[] };

interface MeasuredCluster {
  readonly measuredOf: (task: string) => MeasuredTask;
  /** The machine without what the idle cluster uses, if processes share its cores. */
  readonly host: Host;
}

/** Measures the queries of each task. `host` is the machine, if processes share its cores. */
async function measureCluster(cluster: StartedCluster, host: Host): Promise<MeasuredCluster> {
  const idle = await measureIdle(cluster);
  progress(`idle: ${formatUse(idle)}`);
  const measured = new Map<string, MeasuredTask>();
  for (const served of cluster.tasks) {
    await cluster.load(served);
    const { registry } = await cluster.list();
    const own = registry.variants.find(({ name }) => name === served.variant);
    const medianUs = 1_000 * (own?.profiles[0]?.points[0]?.p50Ms ?? NaN);
    const one = await measureTask(cluster, { served, medianUs }, idle);
    measured.set(served.task, one);
    progress(`${served.task}: ${JSON.stringify({ ...one, points: own?.profiles[0]?.points })}`);
  }
  for (const served of cluster.tasks) await cluster.load(served);
  const measuredOf = (task: string): MeasuredTask => {
    const one = measured.get(task);
    if (one === undefined) throw new Error(`the task ${task} was not measured`);
    return one;
  };
  const idleCores = [...idle.values()].reduce((sum, cores) => sum + cores, 0);
  return { measuredOf, host: { ...host, cores: Math.max(0, host.cores - idleCores) } };
}

/** Runs loads on a cluster, simulates them, and writes a page for each. */
async function compare(
  cluster: StartedCluster,
  planned: readonly PlannedLoad[],
  { measuredOf, host }: MeasuredCluster,
  releasesHosts = false,
): Promise<readonly Row[]> {
  const loads = planned.map((one) => drawLoad(one, (task) => measuredOf(task).capacity));
  const waitMs = releasesHosts ? releaseMs : pauseMs;
  await systemClock.sleep(waitMs);
  const listed = await cluster.list();
  progress(
    `replicas before the first run: ${listed.replicas.map(({ variant, worker }) => `${variant} on ${worker}`).join(', ')}`,
  );
  const rows: Row[] = [];
  for (const { load, real } of await runInRotation(cluster, loads, waitMs)) {
    const cpu = meanCpu(load.streams.map(({ task, arrivalsMs }) => [measuredOf(task), arrivalsMs.length] as const));
    const simulated = await simulateLoad(load, { listed, cpu, host, releasesHosts, solver }, seeds);
    const compared = { name: load.name, real, simulated };
    const own = compareRows(compared);
    mkdirSync(pages, { recursive: true });
    const file = `${pages}/${load.name.replaceAll(' ', '-')}.html`;
    writeFileSync(file, comparisonPage(compared, own));
    progress(`wrote ${file}`);
    rows.push(...own);
  }
  return rows;
}

interface Compared {
  readonly rows: readonly Row[];
  readonly measured: MeasuredCluster;
}

/** Compares two workers with real models. */
async function compareModels(planned: readonly PlannedLoad[], model: Uint8Array): Promise<Compared> {
  const interference = await measureInterference(model, readerShape);
  progress(`a run takes ${percent(interference)} longer while another one runs`);
  await using cluster = await startRealCluster({ workers: 2 }, async (client) => [
    await registerReader(client, model),
    await registerDigit(client, 'cnn-large'),
  ]);
  const measured = await measureCluster(cluster, { cores: availableParallelism(), interference });
  return { rows: await compare(cluster, planned, measured), measured };
}

/** Compares two workers of two priced classes, of which one without replicas costs nothing. `measured` has the queries of the same models. */
async function compareReleased(model: Uint8Array, measured: MeasuredCluster): Promise<readonly Row[]> {
  await using folder = await createTempFolder();
  await using cluster = await startRealCluster(await pricedWorkers(folder), async (client) => {
    const tasks = [await registerReader(client, model), await registerDigitFamily(client)];
    for (const { task } of tasks) await client.waitUntilMeasured(task, 2);
    return tasks;
  });
  const { registry } = await cluster.list();
  const tasks = cluster.tasks.map(({ task }) => {
    const variants = registry.variants.filter((variant) => variant.task === task);
    const p99s = variants.flatMap(({ profiles }) => profiles.map(({ points }) => points[0]?.p99Ms ?? Infinity));
    const accuracies = variants.map(({ accuracy }) => accuracy).toSorted((a, b) => a - b);
    const floors = accuracies.length > 1 ? accuracies : [];
    return { task, baseMs: hopMs + Math.min(...p99s), accuracies: floors, multiple: 0.2 };
  });
  for (const served of cluster.tasks) await cluster.saturate(served, compilingMs);
  return await compare(cluster, [mixedLoad(releasedName, tasks), modelsChange].filter(isAsked), measured, true);
}

/** Starts six workers whose executors sleep, which leaves the cores to the other processes. */
const startSleepers = (controllerArgs: readonly string[] = []) =>
  startRealCluster(
    {
      workers: 6,
      starter: startSleeping([1, 2, 4, 8].map((batch) => ({ batch, p50Ms: 6 + 9 * batch }))),
      controllerArgs,
    },
    async (client) => [await registerDigit(client, 'mlp-tiny')],
  );

async function compareSleeping(planned: readonly PlannedLoad[]): Promise<Compared> {
  await using cluster = await startSleepers();
  const measured = await measureCluster(cluster, { cores: 0, interference: 0 });
  return { rows: await compare(cluster, planned, measured), measured };
}

/** Compares such workers, of which those without replicas cost nothing. */
async function compareSleepingReleased(measured: MeasuredCluster): Promise<readonly Row[]> {
  await using folder = await createTempFolder();
  await using cluster = await startSleepers(await releaseArgs(folder));
  return await compare(cluster, [sleepingChange], measured, true);
}

const planned = plannedLoads.filter(isAsked);
const rows: Row[] = [];
const isReleased = [releasedName, modelsChange.name].some((name) => name.includes(only));
if (planned.length > 0 || isReleased) {
  const model = await readReader();
  const compared = await compareModels(planned, model);
  rows.push(...compared.rows);
  if (isReleased) rows.push(...(await compareReleased(model, compared.measured)));
}
if ([sleepingLoad, sleepingChange].some(isAsked)) {
  const compared = await compareSleeping([sleepingLoad].filter(isAsked));
  rows.push(...compared.rows);
  if (isAsked(sleepingChange)) rows.push(...(await compareSleepingReleased(compared.measured)));
}
report(rows);
