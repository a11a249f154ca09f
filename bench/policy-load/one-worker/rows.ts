// The rows of one worker whose replicas stay: the policies of a query's way under load, next to an oracle that knows the time of
// every run.

import type { Row } from '../../report.js';
import { oracleGoodput } from './oracle.js';
import { simulate, type Outcome } from './simulate.js';
import { capacity, planWorkload, serviceMs, type Scenario, type Workload } from './workload.js';

const seeds = [1, 2, 3, 4, 5];
const multiples = [1, 2, 4];
const durationMs = 60_000;

const poisson = (multiple: number) => ({ kind: 'poisson', ratePerSecond: multiple * capacity }) as const;

const scenarios: readonly Scenario[] = [
  ...multiples.flatMap((multiple): readonly Scenario[] => {
    const common = { process: poisson(multiple), durationMs, spikes: 0 };
    return [
      { ...common, name: `one objective of 150 ms, ${multiple}x`, latenciesMs: [150] },
      { ...common, name: `2 % of runs three times as long, ${multiple}x`, latenciesMs: [150], spikes: 0.02 },
      { ...common, name: `60 and 400 ms, ${multiple}x`, latenciesMs: [60, 400] },
    ];
  }),
  {
    ...{ name: 'step from .1x to 1x', latenciesMs: [150], spikes: 0, durationMs },
    process: { kind: 'step', ratePerSecond: 0.1 * capacity, factor: 10, atMs: durationMs / 2 },
  },
];

const heldQueries = 1_024;
const scenarioOfHeld = { latenciesMs: [1_000], spikes: 0, durationMs, process: poisson(1) };

const count = (outcomes: readonly Outcome[], outcome: Outcome): number =>
  outcomes.filter((each) => each === outcome).length;

function measure(scenario: Scenario): readonly Row[] {
  const runs = seeds.map((seed) => {
    const workload = planWorkload(scenario, seed);
    const { queries } = workload;
    const { outcomes } = simulate(workload, seed);
    const goodput = count(outcomes, 'on-time');
    const admitted = outcomes.length - count(outcomes, 'rejected');
    const shares = scenario.latenciesMs.map((latencyMs) => {
      const own = outcomes.filter((_, index) => queries[index]?.latencyMs === latencyMs);
      return count(own, 'on-time') / own.length / (goodput / outcomes.length);
    });
    return { ofOracle: goodput / oracleGoodput(workload), ofAdmitted: goodput / admitted, shares };
  });
  const least = (values: readonly number[]): number => Math.min(...values);
  const { name, latenciesMs } = scenario;
  return [
    {
      name: `${name}: goodput / oracle`,
      value: least(runs.map((run) => run.ofOracle)),
      unit: 'x',
      reach: { above: 0.98 },
    },
    {
      name: `${name}: on time of admitted`,
      value: least(runs.map((run) => run.ofAdmitted)),
      unit: 'x',
      reach: { above: 0.99 },
    },
    ...(latenciesMs.length < 2
      ? []
      : latenciesMs.flatMap((latencyMs, index): readonly Row[] => {
          const shares = runs.map((run) => run.shares[index] ?? NaN);
          return [
            {
              name: `${name}, ${latencyMs} ms: least share / fair share`,
              value: least(shares),
              unit: 'x',
              reach: { above: 0.8 },
            },
            {
              name: `${name}, ${latencyMs} ms: largest share / fair share`,
              value: Math.max(...shares),
              unit: 'x',
              reach: { below: 1.2 },
            },
          ];
        })),
  ];
}

/** Several routers, each of which knows what the others send only from the reports of the worker. */
function measureRouters(routers: number, minGoodput: number): readonly Row[] {
  const name = `50 ms, 2x, ${routers} ${routers === 1 ? 'router' : 'routers'}`;
  const runs = seeds.map((seed) => {
    const scenario = { name, latenciesMs: [50], spikes: 0, process: poisson(2), durationMs, routers };
    const { outcomes, ofPredictions, sends } = simulate(planWorkload(scenario, seed), seed);
    const onTime = count(outcomes, 'on-time');
    return {
      ofCapacity: onTime / ((capacity * durationMs) / 1000),
      ofAdmitted: onTime / (outcomes.length - count(outcomes, 'rejected')),
      ofPrediction: ofPredictions.toSorted((a, b) => a - b)[Math.floor(0.99 * ofPredictions.length)] ?? NaN,
      sends: sends / outcomes.length,
    };
  });
  const mean = (field: keyof (typeof runs)[number]): number =>
    runs.reduce((sum, run) => sum + run[field], 0) / runs.length;
  const least = (field: keyof (typeof runs)[number]): number => Math.min(...runs.map((run) => run[field]));
  return [
    { name: `${name}: goodput / capacity`, value: mean('ofCapacity'), unit: 'x', reach: { above: minGoodput } },
    { name: `${name}: goodput / capacity, least`, value: least('ofCapacity'), unit: 'x' },
    { name: `${name}: on time of admitted`, value: least('ofAdmitted'), unit: 'x', reach: { above: 0.985 } },
    { name: `${name}: p99 of latency / prediction`, value: mean('ofPrediction'), unit: 'x', reach: { below: 1.1 } },
    { name: `${name}: sends to the worker per query`, value: mean('sends'), unit: '' },
  ];
}

/** Offline queries at twice the capacity next to online ones at half of it. */
function measureOffline(): readonly Row[] {
  const name = 'online .5x of 150 ms next to offline 2x';
  const common = { name, spikes: 0, durationMs, routers: 4 };
  const onTime = (workload: Workload, seed: number, of: 'online' | 'offline'): number => {
    const { outcomes } = simulate(workload, seed);
    const own = outcomes.filter((_, index) => workload.queries[index]?.class === of);
    return count(own, 'on-time') / own.length;
  };
  const runs = seeds.map((seed) => {
    const online = planWorkload({ ...common, latenciesMs: [150], process: poisson(0.5) }, seed);
    const offline = planWorkload({ ...common, latenciesMs: [60_000], process: poisson(2) }, seed);
    const queries = [...online.queries, ...offline.queries.map((query) => ({ ...query, class: 'offline' as const }))];
    const both = { ...online, queries: queries.toSorted((a, b) => a.arrivesAt - b.arrivesAt) };
    return {
      lost: 100 * (onTime(online, seed, 'online') - onTime(both, seed, 'online')),
      offline: onTime(both, seed, 'offline') * 2,
    };
  });
  return [
    {
      name: `${name}: online on time, lost by offline`,
      value: Math.max(...runs.map((run) => run.lost)),
      unit: 'points',
      reach: { below: 2 },
    },
    { name: `${name}: offline answers / capacity`, value: Math.min(...runs.map((run) => run.offline)), unit: 'x' },
  ];
}

/** Queries that could wait for long: the queue may not become as long as that. */
function measureStandingQueue(): readonly Row[] {
  const scenario = {
    name: 'one objective of 10 s, 2x',
    latenciesMs: [10_000],
    spikes: 0,
    process: poisson(2),
    durationMs,
  };
  const runs = seeds.map((seed) => {
    const { outcomes, latenciesMs } = simulate(planWorkload(scenario, seed), seed);
    const answered = latenciesMs.filter((latencyMs) => !Number.isNaN(latencyMs)).toSorted((a, b) => a - b);
    return {
      ofCapacity: count(outcomes, 'on-time') / ((capacity * durationMs) / 1000),
      services: (answered[Math.floor(answered.length / 2)] ?? Infinity) / serviceMs,
    };
  });
  return [
    {
      name: `${scenario.name}: goodput / capacity`,
      value: Math.min(...runs.map((run) => run.ofCapacity)),
      unit: 'x',
      reach: { above: 0.98 },
    },
    {
      name: `${scenario.name}: p50 of answers, service times`,
      value: Math.max(...runs.map((run) => run.services)),
      unit: 'x',
      reach: { below: 8 },
    },
  ];
}

/** Queries that are held for a cold variant, and are resumed when its two replicas are ready. */
function measureHeld(): readonly Row[] {
  const name = `${heldQueries} held queries`;
  const queries = Array.from({ length: heldQueries }, (_, index) => ({
    arrivesAt: index - heldQueries,
    latencyMs: 1_000,
    class: 'online' as const,
    router: 0,
  }));
  const runs = seeds.map((seed) => {
    const workload = { ...planWorkload({ ...scenarioOfHeld, name }, seed), queries };
    const { outcomes } = simulate(workload, seed);
    return { ofOracle: count(outcomes, 'on-time') / oracleGoodput(workload), unanswered: count(outcomes, 'rejected') };
  });
  return [
    {
      name: `${name}: goodput / oracle`,
      value: Math.min(...runs.map((run) => run.ofOracle)),
      unit: 'x',
      reach: { above: 0.98 },
    },
    {
      name: `${name}: never answered`,
      value: Math.max(...runs.map((run) => run.unanswered)),
      unit: '',
      reach: { below: 1 },
    },
  ];
}

export const measureOneWorker = (): readonly Row[] => [
  ...scenarios.flatMap(measure),
  ...measureRouters(1, 0.97),
  ...measureRouters(4, 0.95),
  ...measureRouters(16, 0.95),
  ...measureOffline(),
  ...measureStandingQueue(),
  ...measureHeld(),
];
