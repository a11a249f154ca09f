// The catalogue as data, for its reference.

import { createControllerMetrics, createRouterMetrics, createWorkerMetrics } from './catalogue.js';
import type { Instruments } from './instruments.js';

export interface MetricDescription {
  readonly name: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
}

/** By service, in the catalogue's order. */
export function describeMetrics(): Readonly<Record<'router' | 'worker' | 'controller', readonly MetricDescription[]>> {
  return {
    router: recorded(createRouterMetrics),
    worker: recorded(createWorkerMetrics),
    controller: recorded(createControllerMetrics),
  };
}

function recorded(create: (make: Instruments) => unknown): readonly MetricDescription[] {
  const described: MetricDescription[] = [];
  const note = (kind: MetricDescription['kind'], name: string, help: string, labels: readonly string[] = []): void =>
    void described.push({ name, kind, help, labels });
  const nothing = { add: () => undefined, set: () => undefined, reset: () => undefined, record: () => undefined };
  create({
    contentType: '',
    text: async () => '',
    counter(name, help, labels) {
      note('counter', name, help, labels);
      return nothing;
    },
    gauge(name, help, labels) {
      note('gauge', name, help, labels);
      return nothing;
    },
    histogram(name, help, _buckets, labels) {
      note('histogram', name, help, labels);
      return nothing;
    },
  });
  return described;
}
