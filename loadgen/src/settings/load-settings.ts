// What a run of load sends, and how: the flags and the scenario file, with their defaults.

import type { MetricLimits, ServiceClass } from '@pareto/core';

export interface LoadSettings {
  /** Addresses of the servers, as host:port, with commas between them. */
  readonly address: string;
  /** Number of connections to each address. */
  readonly connections: number;
  /** Files of certificates. Plain text if undefined. */
  readonly tls?: TlsSettings;
  /** Metadata of every request. */
  readonly headers: Readonly<Record<string, string>>;
  /** Time from the end of the warm-up until the last request is sent. */
  readonly durationMs: number;
  /** Time before `durationMs` in which requests are sent, but not counted. */
  readonly warmUpMs: number;
  /** gRPC deadline of each request. */
  readonly timeoutMs: number;
  readonly seed: number;
  readonly loop: LoopSettings;
  /** The classes of the report, in the same order. */
  readonly queries: readonly QuerySettings[];
}

/** Files with certificates in PEM. */
export interface TlsSettings {
  /** Authority of the server's certificate. The authorities of Node if omitted. */
  readonly ca?: string;
  /** Certificate of the client, and its key. */
  readonly cert?: string;
  readonly key?: string;
}

/**
 * `open`: requests are sent at their times, whether or not earlier ones were answered. `closed`: a constant number is in
 * flight.
 */
export type LoopSettings =
  | {
      readonly kind: 'open';
      /** Arrivals of all queries that have none of their own. Undefined if each has its own. */
      readonly arrivals?: ArrivalSettings;
    }
  | { readonly kind: 'closed'; readonly inFlight: number };

/** Queries with one target and objective. */
export interface QuerySettings extends MetricLimits {
  readonly name: string;
  /** Task, architecture or variant, or the model of another server. */
  readonly target: string;
  /** Share of the queries that have no arrivals of their own, relative to the other weights. */
  readonly weight: number;
  readonly latencyMs?: number;
  readonly minAccuracy?: number;
  readonly maxCostPer1k?: number;
  readonly class?: ServiceClass;
  /** NPZ file with samples. Synthetic inputs if omitted. */
  readonly data?: string;
  /** Arrivals of these queries alone. Undefined if they have a share of the common ones. */
  readonly arrivals?: ArrivalSettings;
}

/** A process of arrivals with its parameters. `rate` is the mean number of requests per second. */
export type ArrivalSettings =
  | { readonly process: 'constant' | 'poisson'; readonly rate: number }
  | { readonly process: 'gamma'; readonly rate: number; readonly variation: number }
  | { readonly process: 'diurnal'; readonly rate: number; readonly amplitude: number; readonly periodMs: number }
  | TraceSettings;

/** A part of a recorded trace, compressed or stretched into the duration of the run. */
export interface TraceSettings {
  readonly process: 'trace';
  /** CSV file. */
  readonly trace: string;
  /** Column of the file that has the counts. Determined from its header if omitted. */
  readonly column?: string;
  /** Mean rate to scale to. The recorded mean rate if omitted. */
  readonly rate?: number;
  readonly fromMs: number;
  /** End of the part. The end of the trace if omitted. */
  readonly toMs?: number;
}

/** Latency limit for the report if queries state none: the default of a task. */
export const defaultObjectiveMs = 1000;
