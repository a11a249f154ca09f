// Registering: files up, the task and its architectures in, then waiting until each variant is measured.

import { errorText, milliseconds, ParetoError, type Clock } from '@pareto/core';
import type { wire } from '@pareto/rpc';
import type { ControllerClients } from './connect.js';
import type { LocalModel } from './model-files.js';
import { uploadFile } from './upload.js';

export interface TaskDefinition {
  readonly name: string;
  readonly metric: string;
  readonly defaultObjective: wire.ObjectiveInput | null;
  /** Path of the NPZ file. */
  readonly validation: string | undefined;
}

export type RegisterEvent =
  | { readonly kind: 'uploading'; readonly file: string; readonly sentBytes: number; readonly totalBytes: number }
  | { readonly kind: 'uploaded'; readonly file: string; readonly sizeBytes: number; readonly sent: boolean }
  | { readonly kind: 'task'; readonly task: wire.Task }
  | { readonly kind: 'architecture'; readonly architecture: wire.Architecture }
  | { readonly kind: 'refused'; readonly model: string; readonly reason: string };

export interface RegisterOptions {
  readonly signal: AbortSignal;
  readonly onEvent: (event: RegisterEvent) => void;
}

/** Uploads a file and tells how far it is. */
async function send(
  clients: ControllerClients,
  source: string,
  options: RegisterOptions,
): Promise<wire.ModelFileInput> {
  const { signal, onEvent } = options;
  const onProgress = (sentBytes: number, totalBytes: number): void =>
    onEvent({ kind: 'uploading', file: source, sentBytes, totalBytes });
  const { digest, sizeBytes, sent } = await uploadFile(clients.blobs, source, { signal, onProgress });
  onEvent({ kind: 'uploaded', file: source, sizeBytes, sent });
  return { digest, sizeBytes };
}

/** Creates the task. The same definition again changes nothing. */
export async function registerTask(
  clients: ControllerClients,
  task: TaskDefinition,
  options: RegisterOptions,
): Promise<void> {
  const validation = task.validation === undefined ? undefined : await send(clients, task.validation, options);
  const { name, metric, defaultObjective } = task;
  const request = { name, metric, defaultObjective, validationDigest: validation?.digest ?? '' };
  options.onEvent({ kind: 'task', task: await clients.registry.registerTask(request, { signal: options.signal }) });
}

/** Registers one after the other; one that is refused doesn't hold up the rest. */
export async function registerModels(
  clients: ControllerClients,
  task: string,
  models: readonly LocalModel[],
  options: RegisterOptions,
): Promise<readonly wire.Architecture[]> {
  const registered: wire.Architecture[] = [];
  for (const model of models) {
    try {
      const files: wire.ModelFileInput[] = [];
      for (const file of model.files) files.push({ ...(await send(clients, file.source, options)), path: file.path });
      const request = { name: model.name, task, manifest: { files } };
      const architecture = await clients.registry.registerArchitecture(request, { signal: options.signal });
      options.onEvent({ kind: 'architecture', architecture });
      registered.push(architecture);
    } catch (error) {
      if (isFatal(error)) throw error;
      options.onEvent({ kind: 'refused', model: model.name, reason: errorText(error) });
    }
  }
  return registered;
}

/** Errors that the next model would meet as well. */
const isFatal = (error: unknown): boolean =>
  !(error instanceof ParetoError) || error.code === 'unavailable' || error.code === 'resource-exhausted';

export interface MeasuringProgress {
  readonly variants: readonly wire.Variant[];
  /** Hardware classes of the connected workers. */
  readonly hardwareClasses: readonly string[];
  /** worker: variant. */
  readonly measuring: readonly string[];
  readonly done: boolean;
}

const pollMs = milliseconds(300);

/** Waits until every variant of the architectures is measured on every hardware class connected. */
export async function waitForMeasurements(
  clients: ControllerClients,
  task: string,
  architectures: readonly wire.Architecture[],
  options: {
    readonly signal: AbortSignal;
    readonly clock: Clock;
    readonly onProgress: (progress: MeasuringProgress) => void;
  },
): Promise<readonly wire.Variant[]> {
  const { signal, clock, onProgress } = options;
  for (;;) {
    const [described, fleet] = await Promise.all([
      clients.registry.describe({ name: task }, { signal }),
      clients.fleet.listWorkers({}, { signal }),
    ]);
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
