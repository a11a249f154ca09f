// The table of settings. Each is a flag of the command line, and a key of scenario files.

import type { MetricLimits, ServiceClass } from '@pareto/core';
import {
  count,
  duration,
  durationOrZero,
  flag,
  notNegative,
  oneOf,
  positive,
  share,
  text,
  upToOne,
  wholeNumber,
  type Format,
} from '@pareto/scenario';
import { addresses, headers } from './formats.js';
import { parseMix, type MixedLatency } from './mix.js';

export interface GivenServer {
  readonly address: string;
  readonly connections: number;
  readonly timeoutMs: number;
  readonly header: Readonly<Record<string, string>>;
  readonly tls: boolean;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

export interface GivenTarget extends Required<MetricLimits> {
  readonly target: string;
  readonly data: string;
  readonly latencyMs: number;
  readonly minAccuracy: number;
  readonly maxCostPer1k: number;
  readonly class: ServiceClass;
}

const processNames = ['constant', 'poisson', 'gamma', 'diurnal', 'trace'] as const;

export interface GivenArrivals {
  readonly arrivals: (typeof processNames)[number];
  readonly rate: number;
  readonly variation: number;
  readonly amplitude: number;
  readonly period: number;
  readonly trace: string;
  readonly traceColumn: string;
  readonly traceFrom: number;
  readonly traceTo: number;
}

interface GivenRun {
  readonly mix: readonly MixedLatency[];
  readonly duration: number;
  readonly warmUp: number;
  readonly inFlight: number;
  readonly seed: number;
}

export type Given = GivenServer & GivenTarget & GivenArrivals & GivenRun;

export interface Setting<T> {
  /** Flag with the name of its value. */
  readonly flag: string;
  readonly help: string;
  readonly format: Format<T>;
}

type Settings<T> = { readonly [K in keyof T]: Setting<T[K]> };

const setting = <T>(flag: string, format: Format<T>, help: string): Setting<T> => ({ flag, format, help });

export const serverSettings: Settings<GivenServer> = {
  address: setting(
    '--address <host:port,...>',
    addresses,
    'gRPC addresses; the requests are balanced over them (default: 127.0.0.1:8001)',
  ),
  connections: setting('--connections <n>', count, 'connections to each address, used in rotation (default: 1)'),
  timeoutMs: setting('--timeout-ms <ms>', positive, 'gRPC deadline of each request (default: 10000)'),
  header: setting('--header <name: value>', headers, 'metadata of each request, such as a token; may be repeated'),
  tls: setting('--tls', flag, "use TLS, and trust Node's authorities"),
  ca: setting('--ca <file>', text, "use TLS, and trust the server's authority in this PEM file"),
  cert: setting('--cert <file>', text, 'certificate of the client, in PEM'),
  key: setting('--key <file>', text, 'key of the certificate, in PEM'),
};

export const targetSettings: Settings<GivenTarget> = {
  target: setting('--target <name>', text, 'task, architecture or variant; the model of another server'),
  data: setting(
    '--data <file.npz>',
    text,
    'samples to send, with answers checked against "label" (default: synthetic)',
  ),
  latencyMs: setting('--latency-ms <ms>', positive, 'latency objective'),
  minAccuracy: setting('--min-accuracy <share>', share, 'accuracy objective, from 0 to 1'),
  maxRmse: setting('--max-rmse <error>', notNegative, 'accuracy objective of a task with the metric rmse'),
  maxMae: setting('--max-mae <error>', notNegative, 'accuracy objective of a task with the metric mae'),
  minR2: setting('--min-r2 <value>', upToOne, 'accuracy objective of a task with the metric r2'),
  maxCostPer1k: setting('--max-cost-per-1k <usd>', positive, 'cost objective, USD per 1,000 answers'),
  class: setting('--class <class>', oneOf(['online', 'offline']), 'service class: online or offline'),
};

export const arrivalSettings: Settings<GivenArrivals> = {
  arrivals: setting('--arrivals <process>', oneOf(processNames), `${processNames.join(', ')} (default: constant)`),
  rate: setting('--rate <n>', positive, 'mean requests per second (default: 100; for a trace, as recorded)'),
  variation: setting(
    '--variation <n>',
    positive,
    'gamma: coefficient of variation of the gaps; above 1, bursts (default: 2)',
  ),
  amplitude: setting('--amplitude <share>', share, 'diurnal: deviation of the rate from its mean (default: 0.8)'),
  period: setting('--period <time>', duration, 'diurnal: length of a day (default: the duration)'),
  trace: setting('--trace <file.csv>', text, 'trace: recorded counts or times, compressed into the duration'),
  traceColumn: setting('--trace-column <name>', text, 'trace: column with the counts (default: by the header)'),
  traceFrom: setting('--trace-from <time>', durationOrZero, 'trace: start of the part to replay (default: 0)'),
  traceTo: setting('--trace-to <time>', duration, 'trace: end of the part to replay (default: its end)'),
};

export const runSettings: Settings<GivenRun> = {
  mix: setting('--mix <ms[:weight],...>', parseMix, 'several latency objectives, chosen at random by weight'),
  duration: setting('--duration <time>', duration, 'time of sending, such as 90, 90s, 30m or 1h (default: 10)'),
  warmUp: setting('--warm-up <time>', durationOrZero, 'time of sending before, which is not counted (default: 0)'),
  inFlight: setting('--in-flight <n>', count, 'closed loop: keep this number of requests in flight'),
  seed: setting('--seed <n>', wholeNumber, 'seed of the arrivals and the choice of samples (default: 1)'),
};
