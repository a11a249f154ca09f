// Typed counters, gauges and histograms over prom-client, with labels that the compiler checks.

import { collectDefaultMetrics, Counter as PromCounter, Gauge as PromGauge, Registry } from 'prom-client';
import { registerCounter, registerHistogram } from './cell-instruments.js';

/** Arguments with all labels of an instrument. Empty if it has none. */
type Labels<L extends string> = [L] extends [never] ? [] : [labels: Readonly<Record<L, string>>];

export interface Counter<L extends string = never> {
  add(value: number, ...labels: Labels<L>): void;
}

export interface Gauge<L extends string = never> {
  set(value: number, ...labels: Labels<L>): void;
  /** Adds to the value that was set or added since the last reset. */
  add(value: number, ...labels: Labels<L>): void;
  /** Removes every label combination, before the current ones are set again. */
  reset(): void;
}

export interface Histogram<L extends string = never> {
  record(value: number, ...labels: Labels<L>): void;
}

/** Metrics in the format that the probe server returns. */
export interface MetricsText {
  readonly contentType: string;
  /** Returns all metrics in the Prometheus text format. */
  text(): Promise<string>;
}

export interface Instruments extends MetricsText {
  counter<L extends string = never>(name: string, help: string, labels?: readonly L[]): Counter<L>;
  gauge<L extends string = never>(name: string, help: string, labels?: readonly L[]): Gauge<L>;
  histogram<L extends string = never>(
    name: string,
    help: string,
    buckets: readonly number[],
    labels?: readonly L[],
  ): Histogram<L>;
}

/** Creates a separate registry, which includes Node's process metrics. */
export function createInstruments(service: string): Instruments {
  const registry = new Registry();
  addProcessMetrics(registry);
  return instrumentsIn(registry, service);
}

/** Creates a separate registry for parts that no one observes. */
export const privateInstruments = (service: string): Instruments => instrumentsIn(new Registry(), service);

function instrumentsIn(registry: Registry, service: string): Instruments {
  registry.setDefaultLabels({ service });
  const base = <L extends string>(name: string, help: string, labels: readonly L[] = []) => ({
    name,
    help,
    labelNames: [...labels],
    registers: [registry],
  });
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    counter(name, help, labels = []) {
      return { add: registerCounter(base(name, help, labels), labels) };
    },
    gauge(name, help, labels) {
      const gauge = new PromGauge(base(name, help, labels));
      return {
        set: (value, ...[given]) => gauge.set(given ?? {}, value),
        add: (value, ...[given]) => gauge.inc(given ?? {}, value),
        reset: () => gauge.reset(),
      };
    },
    histogram(name, help, buckets, labels = []) {
      return { record: registerHistogram({ ...base(name, help, labels), buckets: [...buckets] }, labels) };
    },
  };
}

/** Metrics of Node that a timer samples every 10 ms, which would cost an idle process more than everything else. */
const sampledMetrics = ['min', 'max', 'mean', 'stddev', 'p50', 'p90', 'p99'].map(
  (name) => `nodejs_eventloop_lag_${name}_seconds`,
);
const longestIntervalMs = 2 ** 31 - 1;

/** Adds Node's process metrics and, in place of the sampled ones, the time for which the event loop was busy. */
function addProcessMetrics(registry: Registry): void {
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: longestIntervalMs });
  for (const name of sampledMetrics) registry.removeSingleMetric(name);
  registry.registerMetric(
    new PromCounter({
      name: 'nodejs_eventloop_active_seconds_total',
      help: 'Time for which the event loop was not waiting.',
      registers: [],
      collect() {
        this.reset();
        this.inc(performance.eventLoopUtilization().active / 1000);
      },
    }),
  );
}
