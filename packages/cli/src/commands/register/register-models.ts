// Uploads files, and registers a task and its architectures.

import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { hashFile } from '@pareto/blobs';
import { errorText, groupBy, ParetoError } from '@pareto/core';
import type { InspectedModel } from '@pareto/models';
import { collectModel } from './collect-model.js';
import type { wire } from '@pareto/protocol';
import type { ControllerClients } from '../../connection/connect.js';
import { uploadOf, type LocalFile } from '../../connection/local-file.js';
import { repeat, type RepeatOptions } from '../../connection/repeat.js';
import { userName } from '../../rule-setting/user-name.js';
import { sideBySide } from './side-by-side.js';

export interface TaskDefinition {
  readonly name: string;
  /** Quality metric. Empty for that of the existing task, or the default. */
  readonly metric: string;
  /** Default objective. Null for that of the existing task, or the default. */
  readonly defaultObjective: wire.ObjectiveInput | null;
  /** Path of the validation set. Undefined for the set of the existing task, or none. */
  readonly validation: string | undefined;
  /** Agreement with the original, from 0 to 1. Undefined for that of the existing task, or the default of the metric. */
  readonly minAgreement?: number | undefined;
}

export type RegisterEvent =
  | {
      readonly kind: 'fetching';
      readonly file: string;
      readonly receivedBytes: number;
      readonly totalBytes: number | undefined;
    }
  | { readonly kind: 'uploading'; readonly file: string; readonly sentBytes: number; readonly totalBytes: number }
  | { readonly kind: 'uploaded'; readonly file: string; readonly sizeBytes: number; readonly sent: boolean }
  | { readonly kind: 'task'; readonly task: wire.Task }
  /** A task that was deleted, because it was created for models that were all refused. */
  | { readonly kind: 'task-removed'; readonly task: string }
  | {
      readonly kind: 'architecture';
      readonly architecture: wire.Architecture;
      readonly requestedVersion?: number | undefined;
      /** The sent file, for which the controller may have stored a rewritten one. */
      readonly model?: Pick<InspectedModel, 'outdatedOpset' | 'labels'>;
      /** Task that the architecture left for the one that it is in. */
      readonly leftTask?: string | undefined;
    }
  | { readonly kind: 'refused' | 'skipped'; readonly model: string; readonly reason: string };

export interface RegisterOptions extends RepeatOptions {
  readonly onEvent: (event: RegisterEvent) => void;
  /** Maximum number of models that are registered at a time. 1 if undefined. */
  readonly atOnce?: number;
  /** Last upload of each blob, which the next one of the same blob waits for. */
  readonly uploads?: Map<string, Promise<boolean>>;
}

/** Returns whether an event is about a transfer in progress, which is shown while it lasts. */
export const isTransfer = ({ kind }: RegisterEvent): boolean => kind === 'uploading' || kind === 'fetching';

/** Uploads a file and reports progress. An interrupted upload continues at the controllers' offset. */
async function send(clients: ControllerClients, file: LocalFile, options: RegisterOptions): Promise<void> {
  const { signal, onEvent, uploads = new Map<string, Promise<boolean>>() } = options;
  const name = basename(file.path);
  const { sizeBytes, digest } = file;
  const upload = (): Promise<boolean> =>
    repeat((onProgress) => {
      const onSent = (sentBytes: number): void => {
        onProgress();
        onEvent({ kind: 'uploading', file: name, sentBytes, totalBytes: sizeBytes });
      };
      return clients.upload(uploadOf(file, { signal, onProgress: onSent }));
    }, options);
  const sending = (uploads.get(digest) ?? Promise.resolve()).then(upload, upload);
  uploads.set(digest, sending);
  onEvent({ kind: 'uploaded', file: name, sizeBytes, sent: await sending });
}

/** Uploads a file given by the user, and returns its digest. Throws `invalid-argument` if it does not exist. */
async function sendNamed(
  clients: ControllerClients,
  what: string,
  path: string,
  options: RegisterOptions,
): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true) throw new ParetoError('invalid-argument', `there is no ${what} at ${path}`);
  const file = { path, digest: await hashFile(path), sizeBytes: found.size };
  await send(clients, file, options);
  return file.digest;
}

/** Uploads the validation set, and creates the task or compares the definition with the existing one. */
export async function registerTask(
  clients: ControllerClients,
  task: TaskDefinition,
  options: RegisterOptions,
): Promise<void> {
  const { name, metric, defaultObjective, validation, minAgreement } = task;
  const validationDigest =
    validation === undefined ? '' : await sendNamed(clients, 'validation set', validation, options);
  const request = {
    ...{ name, metric, defaultObjective, validationDigest },
    ...(minAgreement === undefined ? {} : { minAgreement }),
  };
  const { signal } = options;
  const registered = await repeat(() => clients.registry.registerTask(request, { signal }), options);
  options.onEvent({ kind: 'task', task: registered });
}

const removeTimeoutMs = 2_000;

/** Deletes a task unless it has architectures. Does nothing if that fails, because it cleans up after an error. */
export async function removeEmptyTask(
  clients: ControllerClients,
  task: string,
  { onEvent }: Pick<RegisterOptions, 'onEvent'>,
): Promise<void> {
  const isRemoved = await clients.registry.delete({ name: task }, { timeoutMs: removeTimeoutMs }).then(
    () => true,
    () => false,
  );
  if (isRemoved) onEvent({ kind: 'task-removed', task });
}

/** A graph on disk and the name that it is registered under. */
export interface LocalModel {
  readonly name: string;
  readonly path: string;
  /** Requested version, which applies if it is above all earlier ones. Undefined for the next version. */
  readonly version?: number | undefined;
  /** Batch size limit. 0 if no dimension is a batch; undefined to derive it from the graph. */
  readonly maxBatchSize?: number | undefined;
  /** Paths of text files with one label per line, by output. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

/** Returns the model at a path, named after its file. */
export const modelAt = (path: string): LocalModel => ({ name: basename(path, '.onnx'), path });

/** Parameters shared by the models that are registered together. */
export interface Registration {
  readonly task: string;
  /** Names of the recipes for each model. Empty for all known recipes. */
  readonly recipes: readonly string[];
  /** Set to keep dominated variants eligible. */
  readonly keepDominated: boolean;
  /** Tasks that registered models leave for this one, by model. */
  readonly left?: ReadonlyMap<string, string>;
}

/**
 * Registers the models, and continues after a rejected one. The first one that is accepted is registered before the others,
 * because it defines the inputs and outputs of its task, and the versions of a name one after the other.
 */
export async function registerModels(
  clients: ControllerClients,
  registration: Registration,
  models: readonly LocalModel[],
  options: RegisterOptions,
): Promise<readonly wire.Architecture[]> {
  const inTurn = async (some: readonly LocalModel[], own: RegisterOptions): Promise<readonly wire.Architecture[]> => {
    const registered: wire.Architecture[] = [];
    for (const model of some) registered.push(...(await registerOrRefuse(clients, registration, model, own)));
    return registered;
  };
  let first: readonly wire.Architecture[] = [];
  let tried = 0;
  while (first.length === 0 && tried < models.length) first = await inTurn(models.slice(tried, ++tried), options);
  const versions = groupBy(models.slice(tried), ({ name }) => name);
  const others = await sideBySide([...versions.values()], {
    work: (some, onEvent) => inTurn(some, { ...options, onEvent }),
    ...{ atOnce: options.atOnce ?? 1, onEvent: options.onEvent, isLive: isTransfer },
  });
  return [...first, ...others.flat()];
}

/** Returns the architecture, or nothing if the model was rejected. */
async function registerOrRefuse(
  clients: ControllerClients,
  registration: Registration,
  model: LocalModel,
  options: RegisterOptions,
): Promise<readonly wire.Architecture[]> {
  try {
    return [await registerModel(clients, registration, model, options)];
  } catch (error) {
    if (isFatal(error)) throw error;
    options.onEvent({ kind: 'refused', model: model.name, reason: errorText(error) });
    return [];
  }
}

async function registerModel(
  clients: ControllerClients,
  { task, recipes, keepDominated, left }: Registration,
  { name, path, version, maxBatchSize, labels = {} }: LocalModel,
  options: RegisterOptions,
): Promise<wire.Architecture> {
  const collected = await collectModel(path);
  for (const file of collected.files) await send(clients, file, options);
  const files = collected.files.map(({ manifestPath, digest, sizeBytes }) => ({
    path: manifestPath,
    digest,
    sizeBytes,
  }));
  const request = {
    ...{ name, task, manifest: { files }, recipes: [...recipes], keepDominated, actor: userName() },
    ...(version === undefined ? {} : { version }),
    ...(maxBatchSize === undefined ? {} : { maxBatchSize }),
    labels: await sendLabels(clients, labels, options),
  };
  const { signal } = options;
  const architecture = await repeat(() => clients.registry.registerArchitecture(request, { signal }), options);
  const { model } = collected;
  options.onEvent({ kind: 'architecture', architecture, requestedVersion: version, model, leftTask: left?.get(name) });
  return architecture;
}

async function sendLabels(
  clients: ControllerClients,
  labels: Readonly<Record<string, string>>,
  options: RegisterOptions,
): Promise<Record<string, string>> {
  const sent: Record<string, string> = {};
  for (const [output, path] of Object.entries(labels))
    sent[output] = await sendNamed(clients, 'label file', path, options);
  return sent;
}

/** Returns whether an error would also affect the next model. */
const isFatal = (error: unknown): boolean =>
  !(error instanceof ParetoError) || error.code === 'unavailable' || error.code === 'resource-exhausted';
