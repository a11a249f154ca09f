// Describes the metrics of the catalogue as data, for the reference in the documentation.

import { createControllerMetrics, createRouterMetrics, createWorkerMetrics } from './catalogue.js';
import type { Instruments } from './instruments.js';
import type { LabelSpec } from './labels.js';

export interface MetricDescription {
  readonly name: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** All values of each label, or a description of them if they are names. */
  readonly labels: LabelSpec;
}

/** Returns the metrics by service, in the order of the catalogue. */
export function describeMetrics(): Readonly<Record<'router' | 'worker' | 'controller', readonly MetricDescription[]>> {
  return {
    router: recorded(createRouterMetrics),
    worker: recorded(createWorkerMetrics),
    controller: recorded(createControllerMetrics),
  };
}

function recorded(create: (make: Instruments) => unknown): readonly MetricDescription[] {
  const described: MetricDescription[] = [];
  const note = (kind: MetricDescription['kind'], name: string, help: string, labels: LabelSpec = {}): void =>
    void described.push({ name, kind, help, labels });
  const noInstrument = { add: () => undefined, set: () => undefined, reset: () => undefined, record: () => undefined };
  create({
    contentType: '',
    text: async () => '',
    counter(name, help, labels) {
      note('counter', name, help, labels);
      return noInstrument;
    },
    gauge(name, help, labels) {
      note('gauge', name, help, labels);
      return noInstrument;
    },
    histogram(name, help, _buckets, labels) {
      note('histogram', name, help, labels);
      return noInstrument;
    },
  });
  return described;
}
