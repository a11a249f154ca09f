// The benchmarks. `npm run bench:all -- --help` lists them.

import type { FlagName } from './report/options.js';

export interface Benchmark {
  /** Noun phrase that completes the sentence "Measures …". */
  readonly measures: string;
  /** Typical duration. */
  readonly minutes: number;
  /** Flags in addition to those of every benchmark. */
  readonly flags?: readonly FlagName[];
}

export type BenchmarkName = keyof typeof table;

/** Each name has a file `bench/NAME.bench.ts`. `bench:all` runs them in this order. */
const table = {
  path: {
    measures: 'every step on the path of a query, next to its limits',
    minutes: 25,
    flags: ['only', 'quick', 'patient', 'node', 'profile'],
  },
  loadgen: {
    measures: 'the rate that the load generator keeps, and its latencies next to those of a Go client',
    minutes: 10,
    flags: ['only'],
  },
  select: { measures: "the time of a router's decision", minutes: 0.1 },
  domination: { measures: 'the time to find the dominated ones of 4,000 variants', minutes: 0.1 },
  forecast: {
    measures: 'the error of forecasts of the demand, and how often their envelope holds',
    minutes: 2,
    flags: ['only', 'data'],
  },
  plan: {
    measures: 'the time of a control turn for 1,000 workers and 1,000 variants, and the time and gap of solved plans',
    minutes: 3,
    flags: ['long'],
  },
  'policy-load': {
    measures: 'the goodput of the policies in virtual time, next to an oracle and with the plan in the loop',
    minutes: 2.5,
  },
  simulate: { measures: 'the speed of the simulator, and its memory', minutes: 2, flags: ['long'] },
  policy: {
    measures: 'attainment, accuracy and cost of ours and of baselines on the standard scenario, in virtual time',
    minutes: 40,
    flags: ['only', 'quick', 'data', 'jobs', 'resume'],
  },
  fleet: {
    measures: 'the cost of 1,000 workers and 20 routers for a controller, and the takeover by another controller',
    minutes: 3,
    flags: ['profile'],
  },
  overload: { measures: 'goodput and latency at up to four times the capacity', minutes: 13, flags: ['only'] },
  fidelity: {
    measures: 'how far the simulator is from a real cluster, under loads of both',
    minutes: 13,
    flags: ['only', 'quick'],
  },
  hostile: { measures: 'the cost of attacks for other clients', minutes: 20, flags: ['only'] },
  register: { measures: 'the time from registering 140 models to the first answer of each', minutes: 6 },
  idle: { measures: 'the CPU time and wake-ups of services without load', minutes: 5 },
  memory: { measures: 'the growth of memory while a model is loaded and unloaded 200 times', minutes: 2 },
  profile: { measures: 'the error of profiles, next to queries at light load', minutes: 2, flags: ['only'] },
  'run-times': {
    measures: 'the error of the quantiles of simulated runs, next to those of real models',
    minutes: 2,
    flags: ['only'],
  },
  shapes: { measures: 'the error of predictions for inputs of another shape', minutes: 2 },
  variants: {
    measures: 'the size, accuracy and time of generated variants, next to the trained model',
    minutes: 2,
    flags: ['only'],
  },
} satisfies Record<string, Benchmark>;

export const benchmarks: Readonly<Record<BenchmarkName, Benchmark>> = table;

/** Returns the script of `package.json` that runs the benchmark. */
export const scriptOf = (name: BenchmarkName): string => (name === 'path' ? 'bench' : `bench:${name}`);
