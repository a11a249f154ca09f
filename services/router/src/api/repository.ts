// Implements the model repository extension: lists the models, and turns load and unload into warmth rules.

import { ParetoError, type RoutingTable, type TableVersion } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import type { ServerCall } from '@pareto/rpc';
import { findTarget, requireTable, versionOf } from '../resolve/resolve.js';
import type { RouterContext } from '../query/router-context.js';
import { listModels, stateOf } from './model-state.js';
import { waitForModelReady } from './wait-for-model-ready.js';

export function repositoryIndex(
  router: RouterContext,
  { repositoryName, ready }: wire.RepositoryIndexRequest,
): wire.RepositoryIndexResponseInput {
  checkRepositoryName(repositoryName);
  const table = requireTable(router.tables.table);
  const all = listModels(table).map((entry) => ({
    name: entry.name,
    version: String(versionOf(entry)),
    ...shownState(router, table, entry.name),
  }));
  return { models: ready ? all.filter(({ state }) => state === 'READY') : all };
}

function shownState(router: RouterContext, table: RoutingTable, name: string): { state: string; reason: string } {
  const { state, reason } = stateOf(router, table, findTarget(table, name, ''));
  return { state: state === 'OUT-OF-SERVICE' ? 'UNAVAILABLE' : state, reason };
}

/** Stores a rule that keeps the model warm, then waits until the model is ready. */
export async function loadModel(
  router: RouterContext,
  { repositoryName, modelName, parameters }: wire.RepositoryModelLoadRequest,
  call: ServerCall,
): Promise<wire.RepositoryModelLoadResponseInput> {
  checkRepositoryName(repositoryName);
  checkNoOverrides(modelName, Object.keys(parameters));
  findTarget(router.tables.table, modelName, '');
  const version = await setWarmth(router, modelName, true, call);
  await waitForModelReady(router, modelName, call, version);
  return {};
}

/** Stores a rule that lets the model go cold when no client uses it. Ignores `unload_dependents`. */
export async function unloadModel(
  router: RouterContext,
  { repositoryName, modelName }: wire.RepositoryModelUnloadRequest,
  call: ServerCall,
): Promise<wire.RepositoryModelUnloadResponseInput> {
  checkRepositoryName(repositoryName);
  findTarget(router.tables.table, modelName, '');
  await setWarmth(router, modelName, false, call);
  return {};
}

const setWarmth = (
  router: RouterContext,
  name: string,
  warm: boolean,
  call: ServerCall,
): Promise<TableVersion | undefined> =>
  router.controller.setWarmth(name, warm, { signal: call.signal, timeoutMs: call.remainingMs() });

function checkRepositoryName(name: string): void {
  if (name === '') return;
  throw new ParetoError(
    'unimplemented',
    `repository_name is ${JSON.stringify(name)}, but there is only one repository; leave it empty`,
  );
}

const isOverride = (name: string): boolean => name === 'config' || name.startsWith('file:');

function checkNoOverrides(model: string, parameters: readonly string[]): void {
  const name = parameters.find(isOverride);
  if (name === undefined) return;
  throw new ParetoError(
    'unimplemented',
    `parameter ${JSON.stringify(name)} would change model '${model}'; register it as a new version with 'pareto register' and load that version`,
  );
}
