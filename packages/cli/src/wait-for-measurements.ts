// Waiting until what was registered is measured.

import { milliseconds } from '@pareto/core';
import type { wire } from '@pareto/rpc';
import type { ControllerClients } from './connect.js';
import { repeat, type RepeatOptions } from './repeat.js';

export interface MeasuringProgress {
  readonly variants: readonly wire.Variant[];
  /** Hardware classes of the connected workers. */
  readonly hardwareClasses: readonly string[];
  /** worker: variant. */
  readonly measuring: readonly string[];
  readonly done: boolean;
}

const pollMs = milliseconds(300);

/** Waits until every variant of the architectures is measured on every hardware class connected, for as long as it takes. */
export async function waitForMeasurements(
  clients: ControllerClients,
  task: string,
  architectures: readonly wire.Architecture[],
  options: RepeatOptions & { readonly onProgress: (progress: MeasuringProgress) => void },
): Promise<readonly wire.Variant[]> {
  const { signal, clock, onProgress } = options;
  const look = (): Promise<[wire.DescribeResponse, wire.ListWorkersResponse]> =>
    Promise.all([clients.registry.describe({ name: task }, { signal }), clients.fleet.listWorkers({}, { signal })]);
  for (;;) {
    const [described, fleet] = await repeat(look, { ...options, patienceMs: Infinity });
    const progress = measuringProgress(described.variants, architectures, fleet.workers);
    onProgress(progress);
    if (progress.done) return progress.variants;
    await clock.sleep(pollMs, signal);
  }
}

/** Done when workers are connected and every variant has a measurement, or the reason it has none, on each class. */
export function measuringProgress(
  all: readonly wire.Variant[],
  architectures: readonly wire.Architecture[],
  workers: readonly wire.Worker[],
): MeasuringProgress {
  const versions = new Set(architectures.map(({ name, version }) => `${name}@${version}`));
  const variants = all.filter(({ architecture, version }) => versions.has(`${architecture}@${version}`));
  const connected = workers.filter((worker) => worker.connected);
  const hardwareClasses = [
    ...new Set(connected.flatMap((worker) => worker.slotGroups.map((group) => group.hardwareClass?.id ?? ''))),
  ];
  const measured = (variant: wire.Variant): boolean =>
    hardwareClasses.every((id) => variant.measurements.some((measurement) => measurement.hardwareClass === id));
  const measuring = connected.filter((worker) => worker.measuring !== '');
  return {
    variants,
    hardwareClasses,
    measuring: measuring.map((worker) => `${worker.workerId}: ${worker.measuring}`),
    done: hardwareClasses.length > 0 && variants.length > 0 && variants.every(measured),
  };
}
