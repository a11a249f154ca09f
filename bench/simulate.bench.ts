// The speed of the simulator: queries per second of CPU time, on one core.

import { milliseconds, type Rng } from '@pareto/core';
import {
  simulate,
  type PlannedReplicas,
  type Scenario,
  type ServingPolicy,
  type SimulatedVariant,
} from '@pareto/simulator';
import type { QueryStream } from '@pareto/workload';
import { progress, startBenchmark, type Row } from './report.js';

interface Shape {
  readonly name: string;
  readonly variants: number;
  /** Replicas of each variant on each of two hardware classes. */
  readonly replicas: number;
  readonly classes: readonly string[];
  readonly streams: number;
  readonly ratePerSecond: number;
  readonly perSecond: number;
}

const slots = 4;
const durationMs = 15_000;
const shapes: readonly Shape[] = [
  {
    ...{ name: '40 candidates with 25 replicas each', variants: 20, replicas: 25, classes: ['fast', 'slow'] },
    ...{ streams: 20, ratePerSecond: 40_000, perSecond: 50_000 },
  },
  {
    ...{ name: 'one candidate with 1,000 replicas', variants: 1, replicas: 1_000, classes: ['fast'] },
    ...{ streams: 1, ratePerSecond: 80_000, perSecond: 80_000 },
  },
];

const poisson = (ratePerSecond: number): QueryStream['arrivals'] =>
  function* (rng: Rng) {
    for (let at = 0; ;) {
      at += (-1_000 * Math.log(1 - rng())) / ratePerSecond;
      yield at;
    }
  };

const createVariant = (index: number, classes: readonly string[]): SimulatedVariant => ({
  ...{ name: `variant-${index}`, architecture: `variant-${index}`, task: 'images', accuracy: 0.7 + 0.01 * index },
  profiles: classes.map((hardwareClass, position) => ({
    ...{ hardwareClass, memoryMib: 200, loadMs: 800, modelled: true, source: 'chosen for the benchmark' },
    points: [1, 2, 4, 8].map((batch) => {
      const p50Ms = (4 + index / 2) * (1 + position) * (0.4 + 0.6 * batch);
      return { batch, p50Ms, p95Ms: 1.1 * p50Ms, p99Ms: 1.3 * p50Ms };
    }),
  })),
});

const createScenario = ({ name, variants, replicas, classes, streams, ratePerSecond }: Shape): Scenario => ({
  name,
  registry: {
    tasks: [{ name: 'images', defaultLatencyMs: 300 }],
    variants: Array.from({ length: variants }, (_, index) => createVariant(index, classes)),
  },
  fleet: {
    classes: classes.map((className, position) => ({ name: className, usdPerSlotHour: 1 / (1 + position) })),
    workers: classes.map((hardwareClass) => ({
      ...{ hardwareClass, count: (variants * replicas) / slots, slots, memoryMib: 8_192 },
    })),
  },
  streams: Array.from({ length: streams }, (_, index) => ({
    task: 'images',
    objective: { latencyMs: milliseconds(100 + 10 * index), minAccuracy: 0.7 + 0.01 * index },
    arrivals: poisson(ratePerSecond / streams),
  })),
  ...{ durationMs, routers: 4, faults: [] },
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

async function measure(shape: Shape, policy: ServingPolicy, name: string, perSecond?: number): Promise<readonly Row[]> {
  progress(name);
  let turnSeconds = 0;
  const began = cpuSeconds();
  const { totals } = await simulate(createScenario(shape), policy, 1, {
    onTurn(turn) {
      const turnBegan = cpuSeconds();
      const planned = turn();
      turnSeconds += cpuSeconds() - turnBegan;
      return planned;
    },
  });
  const seconds = cpuSeconds() - began - turnSeconds;
  return [
    {
      ...{ name: `${name}: queries per second of CPU time`, value: totals.asked / seconds, unit: '/s' },
      ...(perSecond !== undefined && { reach: { above: perSecond } }),
    },
    { name: `${name}: turns`, value: turnSeconds, unit: 's' },
    { name: `${name}: answered on time`, value: (100 * totals.onTime) / totals.asked, unit: '%' },
  ];
}

const { report } = startBenchmark('simulate');
const production: ServingPolicy = { kind: 'production', name: 'pareto' };

async function run(): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const shape of shapes) {
    rows.push(...(await measure(shape, onAllSlots(shape), shape.name, shape.perSecond)));
    rows.push(...(await measure(shape, production, `${shape.name}, replicas planned by production`)));
  }
  return [...rows, { name: 'peak memory', value: process.resourceUsage().maxRSS / 1024, unit: 'MiB' }];
}

run().then(report, (error: unknown) => {
  progress(String(error));
  process.exitCode = 1;
});
