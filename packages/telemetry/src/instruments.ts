// Typed counters, gauges and histograms over prom-client, with labels that the compiler checks.

import { collectDefaultMetrics, Counter as PromCounter, Gauge as PromGauge, Registry } from 'prom-client';
import { registerCounter, registerHistogram } from './cell-instruments.js';
import type { GivenLabels, LabelSpec, NoLabels } from './labels.js';

/** Arguments with all labels of an instrument. Empty if it has none. */
type Labels<S extends LabelSpec> = [keyof S] extends [never] ? [] : [labels: GivenLabels<S>];

/** A counter has a series for each value of its closed labels as soon as it has one for its other labels. */
export interface Counter<S extends LabelSpec = NoLabels> {
  add(value: number, ...labels: Labels<S>): void;
}

export interface Gauge<S extends LabelSpec = NoLabels> {
  set(value: number, ...labels: Labels<S>): void;
  /** Adds to the value that was set or added since the last reset. */
  add(value: number, ...labels: Labels<S>): void;
  /** Removes every label combination, before the current ones are set again. */
  reset(): void;
}

export interface Histogram<S extends LabelSpec = NoLabels> {
  record(value: number, ...labels: Labels<S>): void;
}

/** Metrics in the format that the probe server returns. */
export interface MetricsText {
  readonly contentType: string;
  /** Returns all metrics in the Prometheus text format. */
  text(): Promise<string>;
}

export interface Instruments extends MetricsText {
  counter<S extends LabelSpec = NoLabels>(name: string, help: string, labels?: S): Counter<S>;
  gauge<S extends LabelSpec = NoLabels>(name: string, help: string, labels?: S): Gauge<S>;
  histogram<S extends LabelSpec = NoLabels>(
    name: string,
    help: string,
    buckets: readonly number[],
    labels?: S,
  ): Histogram<S>;
}

/** Creates a separate registry, which includes Node's process metrics. */
export function createInstruments(service: string): Instruments {
  const registry = new Registry();
  addProcessMetrics(registry);
  return instrumentsIn(registry, service);
}

/** Creates a separate registry without them, for parts that no one observes, and for the second service of a process. */
export const privateInstruments = (service: string): Instruments => instrumentsIn(new Registry(), service);

function instrumentsIn(registry: Registry, service: string): Instruments {
  registry.setDefaultLabels({ service });
  const base = (name: string, help: string, labels: LabelSpec = {}) => ({
    name,
    help,
    labelNames: Object.keys(labels),
    registers: [registry],
  });
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    counter(name, help, labels) {
      return { add: registerCounter(base(name, help, labels), labels ?? {}) };
    },
    gauge(name, help, labels) {
      const gauge = new PromGauge(base(name, help, labels));
      return {
        set: (value, ...[given]) => gauge.set(given ?? {}, value),
        add: (value, ...[given]) => gauge.inc(given ?? {}, value),
        reset: () => gauge.reset(),
      };
    },
    histogram(name, help, buckets, labels) {
      return { record: registerHistogram({ ...base(name, help, labels), buckets: [...buckets] }) };
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
