// The speed of the simulator: queries per second of CPU time, on one core.

import { milliseconds, systemClock, type Rng } from '@pareto/core';
import {
  simulate,
  type PlannedReplicas,
  type Scenario,
  type ServingPolicy,
  type SimulatedVariant,
  type SimulationProgress,
} from '@pareto/simulator';
import type { QueryStream } from '@pareto/workload';
import { formatMinutes } from './all/outcome.js';
import { progress, startBenchmark, type Row } from './report.js';

interface Shape {
  readonly name: string;
  readonly tasks: number;
  /** Variants of each task. */
  readonly variants: number;
  /** Replicas of each variant on each hardware class that have a slot. */
  readonly replicas: number;
  readonly classes: readonly string[];
  /** Streams of queries for each task. */
  readonly streams: number;
  readonly ratePerSecond: number;
  readonly durationMs: number;
}

interface JudgedShape extends Shape {
  readonly perSecond: number;
}

const slots = 4;
const durationMs = 15_000;
const shapes: readonly JudgedShape[] = [
  {
    ...{ name: '40 candidates with 25 replicas each', tasks: 1, variants: 20, replicas: 25, classes: ['fast', 'slow'] },
    ...{ streams: 20, ratePerSecond: 40_000, durationMs, perSecond: 50_000 },
  },
  {
    ...{ name: 'one candidate with 1,000 replicas', tasks: 1, variants: 1, replicas: 1_000, classes: ['fast'] },
    ...{ streams: 1, ratePerSecond: 80_000, durationMs, perSecond: 80_000 },
  },
];
const longRequests = 50e6;
const longMs = 3_600_000;
/** The longest run. Its 1,000 workers have 4,000 slots. */
const long: Shape = {
  ...{ name: '50 M requests in an hour', tasks: 40, variants: 40, replicas: 1.25, classes: ['fast', 'slow'] },
  ...{ streams: 4, ratePerSecond: longRequests / (longMs / 1_000), durationMs: longMs },
};

const poisson = (ratePerSecond: number): QueryStream['arrivals'] =>
  function* (rng: Rng) {
    for (let at = 0; ;) {
      at += (-1_000 * Math.log(1 - rng())) / ratePerSecond;
      yield at;
    }
  };

const taskName = (task: number): string => `images-${task}`;

const createVariant = (task: number, index: number, classes: readonly string[]): SimulatedVariant => ({
  ...{ name: `variant-${task}-${index}`, architecture: `variant-${task}-${index}` },
  ...{ task: taskName(task), accuracy: 0.5 + 0.01 * index },
  profiles: classes.map((hardwareClass, position) => ({
    ...{ hardwareClass, memoryMib: 200, loadMs: 800, modelled: true, source: 'chosen for the benchmark' },
    points: [1, 2, 4, 8].map((batch) => {
      const p50Ms = (4 + index / 2) * (1 + position) * (0.4 + 0.6 * batch);
      return { batch, p50Ms, p95Ms: 1.1 * p50Ms, p99Ms: 1.3 * p50Ms };
    }),
  })),
});

const range = (length: number): readonly number[] => Array.from({ length }, (_, index) => index);

const createScenario = ({ name, tasks, variants, replicas, classes, streams, ...shape }: Shape): Scenario => ({
  name,
  registry: {
    tasks: range(tasks).map((task) => ({ name: taskName(task), defaultLatencyMs: 300 })),
    variants: range(tasks).flatMap((task) => range(variants).map((index) => createVariant(task, index, classes))),
  },
  fleet: {
    classes: classes.map((className, position) => ({ name: className, usdPerSlotHour: 1 / (1 + position) })),
    workers: classes.map((hardwareClass) => ({
      ...{ hardwareClass, count: (tasks * variants * replicas) / slots, slots, memoryMib: 8_192 },
    })),
  },
  streams: range(tasks).flatMap((task) =>
    range(streams).map((index) => ({
      task: taskName(task),
      objective: { latencyMs: milliseconds(100 + 10 * index), minAccuracy: 0.5 + 0.01 * index },
      arrivals: poisson(shape.ratePerSecond / tasks / streams),
    })),
  ),
  ...{ durationMs: shape.durationMs, routers: 4, faults: [] },
});

/** Returns a policy with a replica on each slot, and the routers and workers of production. */
const onAllSlots = ({ variants, replicas, classes }: Shape): ServingPolicy => ({
  kind: 'planned',
  name: 'all slots',
  plan: ({ cluster }) => ({
    everyMs: 10_000,
    plan: ({ workers }) =>
      cluster.variants.slice(0, variants).flatMap(({ variant }, index) =>
        classes.flatMap((_, position) =>
          Array.from({ length: replicas }, (__, replica): PlannedReplicas => {
            const slot = index * replicas + replica;
            const worker = workers[position * (workers.length / classes.length) + Math.floor(slot / slots)];
            if (worker === undefined) throw new Error('there are fewer slots than replicas');
            return { variant: variant.id, worker: worker.id, count: 1 };
          }),
        ),
      ),
  }),
});

/** Returns the CPU time of this process in seconds. */
function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

interface Measured {
  readonly asked: number;
  readonly onTimeShare: number;
  /** CPU time and wall time in seconds, without turns, and the CPU time of turns. */
  readonly cpu: number;
  readonly wall: number;
  readonly turns: number;
}

async function run(
  shape: Shape,
  policy: ServingPolicy,
  onProgress?: (progress: SimulationProgress, turnMs: number) => void,
): Promise<Measured> {
  let [turns, turnMs] = [0, 0];
  const [began, beganAt] = [cpuSeconds(), systemClock.now()];
  const { totals } = await simulate(createScenario(shape), policy, 1, {
    onTurn(turn) {
      const [turnBegan, turnBeganAt] = [cpuSeconds(), systemClock.now()];
      const planned = turn();
      turns += cpuSeconds() - turnBegan;
      turnMs += systemClock.now() - turnBeganAt;
      return planned;
    },
    onProgress: (simulated) => onProgress?.(simulated, turnMs),
  });
  return {
    ...{ asked: totals.asked, onTimeShare: totals.onTime / totals.asked },
    ...{ cpu: cpuSeconds() - began - turns, wall: (systemClock.now() - beganAt - turnMs) / 1_000, turns },
  };
}

async function measure(shape: Shape, policy: ServingPolicy, name: string, perSecond?: number): Promise<readonly Row[]> {
  progress(name);
  const { asked, onTimeShare, cpu, turns } = await run(shape, policy);
  return [
    {
      ...{ name: `${name}: queries per second of CPU time`, value: asked / cpu, unit: '/s' },
      ...(perSecond !== undefined && { reach: { above: perSecond } }),
    },
    { name: `${name}: turns`, value: turns, unit: 's' },
    { name: `${name}: answered on time`, value: 100 * onTimeShare, unit: '%' },
  ];
}

/** Time between two lines of progress. */
const progressMs = 10_000;

async function measureLong(): Promise<readonly Row[]> {
  const { name } = long;
  const beganAt = systemClock.now();
  let shownAt = beganAt;
  const { asked, onTimeShare, cpu, wall, turns } = await run(long, production, (simulated, turnMs) => {
    const now = systemClock.now();
    if (now - shownAt < progressMs) return;
    shownAt = now;
    const share = simulated.simulatedMs / simulated.durationMs;
    const passedMs = now - beganAt;
    const left = formatMinutes((passedMs * (1 / share - 1)) / 60_000);
    const millions = (simulated.asked / 1e6).toFixed(1);
    const memory = Math.round(process.memoryUsage.rss() / 2 ** 20);
    const spent = `${formatMinutes(passedMs / 60_000)}, of which turns ${formatMinutes(turnMs / 60_000)}`;
    progress(`[${Math.round(100 * share)} %] ${millions} M requests in ${spent}; ${memory} MiB; about ${left} left`);
  });
  return [
    { name: `${name}: queries per second of CPU time`, value: asked / cpu, unit: '/s' },
    { name: `${name}: wall time without turns`, value: wall / 60, unit: 'min', reach: { atMost: 20 } },
    { name: `${name}: CPU time without turns`, value: cpu / 60, unit: 'min' },
    { name: `${name}: CPU time of turns`, value: turns / 60, unit: 'min' },
    { name: `${name}: answered on time`, value: 100 * onTimeShare, unit: '%' },
  ];
}

const { long: isLong = false, report } = startBenchmark('simulate');
const production: ServingPolicy = { kind: 'production', name: 'pareto-greedy', isGreedy: true };

async function measureShapes(): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const shape of shapes) {
    rows.push(...(await measure(shape, onAllSlots(shape), shape.name, shape.perSecond)));
    rows.push(...(await measure(shape, production, `${shape.name}, replicas planned by production`)));
  }
  return rows;
}

const memoryRow = (): Row => {
  const row = { name: 'peak memory', value: process.resourceUsage().maxRSS / 1024, unit: 'MiB' };
  return isLong ? { ...row, reach: { atMost: 2_048 } } : row;
};

(isLong ? measureLong() : measureShapes()).then(
  (rows) => report([...rows, memoryRow()]),
  (error: unknown) => {
    progress(String(error));
    process.exitCode = 1;
  },
);
