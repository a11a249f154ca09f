// The command line of the load generator.

import { Command, InvalidArgumentError, Option } from 'commander';
import type { ParameterValue } from '@pareto/rpc';
import type { QueryClass } from '@pareto/workload';
import { arrivalProcesses, gammaVariation, type ArrivalOption } from './arrival-processes.js';
import { parseMix } from './mix.js';

export interface LoadgenOptions {
  readonly address: string;
  readonly target: string;
  readonly rate: number;
  readonly duration: number;
  readonly arrivals: ArrivalOption;
  readonly latencyMs?: number;
  readonly mix?: readonly QueryClass[];
  readonly minAccuracy?: number;
  readonly maxCostPer1k?: number;
  readonly data?: string;
  readonly timeoutMs: number;
  readonly connections: number;
  readonly seed: number;
  readonly output: 'table' | 'json';
}

/** Limit against mistakes: each request uses memory until it is answered. */
const maxRequests = 2_000_000;
/** Latency limit without --latency-ms: the default of a task. */
const defaultObjectiveMs = 1000;

const examples = `
Examples:
  npm run loadgen -- --target digits --latency-ms 50 --data examples/digits/validation.npz
  npm run loadgen -- --target digits --rate 200 --arrivals gamma --mix 60:1,400:3`;

/** Parses the arguments. Exits after --help, and after printing an error. */
export function parseOptions(argv: readonly string[]): LoadgenOptions {
  const command = new Command('npm run loadgen --')
    .description('send queries in an open loop and report their outcomes and latencies')
    .option('--address <host:port>', "router's gRPC address", '127.0.0.1:8001')
    .requiredOption('--target <name>', 'task, architecture or variant')
    .option('--rate <n>', 'requests per second', positive, 100)
    .option('--duration <s>', 'duration in seconds', positive, 10)
    .addOption(
      new Option(
        '--arrivals <process>',
        `arrival process; gamma has bursts (coefficient of variation ${gammaVariation})`,
      )
        .choices(Object.keys(arrivalProcesses))
        .default('constant'),
    )
    .option('--latency-ms <ms>', 'latency objective', positive)
    .addOption(
      new Option('--mix <ms[:weight],...>', 'several latency objectives, chosen at random by weight for each request')
        .argParser(parseMix)
        .conflicts('latencyMs'),
    )
    .option('--min-accuracy <share>', 'accuracy objective', positive)
    .option('--max-cost-per-1k <usd>', 'cost objective, USD per 1,000 answers', positive)
    .option('--data <file.npz>', 'samples to send, with answers checked against its "label" (default: random inputs)')
    .option('--timeout-ms <ms>', 'gRPC deadline of each request', positive, 10_000)
    .option('--connections <n>', 'connections to the router', positive, 1)
    .option('--seed <n>', 'seed of the arrivals and the choice of samples', Number, 1)
    .addOption(new Option('-o, --output <form>', 'format of the report').choices(['table', 'json']).default('table'))
    .addHelpText('after', examples)
    .parse(argv, { from: 'user' });
  const options = command.opts<LoadgenOptions>();
  const requests = options.rate * options.duration;
  if (requests > maxRequests) {
    command.error(
      `error: a run is limited to ${maxRequests} requests, and these options need ${requests}; lower --rate or --duration`,
    );
  }
  return options;
}

/** Returns the classes of the queries: one for each objective of the mix, or a single one. */
export const queryClasses = ({ mix, latencyMs = defaultObjectiveMs }: LoadgenOptions): readonly QueryClass[] =>
  mix ?? [{ name: `${latencyMs} ms`, latencyMs, weight: 1 }];

/** Returns the objective of a class as parameters of the protocol. An objective that is not requested is left out. */
export function objectiveParameters(
  options: LoadgenOptions,
  queryClass: QueryClass,
): readonly (readonly [string, ParameterValue])[] {
  const { mix, minAccuracy, maxCostPer1k } = options;
  const latencyMs = mix === undefined ? options.latencyMs : queryClass.latencyMs;
  const pairs = { latency_ms: latencyMs, min_accuracy: minAccuracy, max_cost_per_1k: maxCostPer1k };
  return Object.entries(pairs).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
}

function positive(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('expected a number above 0');
}
