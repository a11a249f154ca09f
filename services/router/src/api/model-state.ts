// Which names clients are shown as models, and whether each can answer.

import type { Candidate, RoutingTable, TargetEntry } from '@pareto/core';
import { outOfService } from '../resolve/refusal.js';
import type { RouterCore } from '../query/router-core.js';

type Loads = Pick<RouterCore, 'loads'>;

export type ModelState =
  | { readonly state: 'READY'; readonly reason: '' }
  | { readonly state: 'LOADING' | 'UNAVAILABLE'; readonly reason: string }
  /** As `UNAVAILABLE`: and no waiting will change it. */
  | { readonly state: 'OUT-OF-SERVICE'; readonly reason: string };

/** What can be called now, or could be once it is loaded. */
const served = ({ candidates, exclusions }: TargetEntry): readonly Candidate[] =>
  candidates.filter(
    (candidate, index) => candidate.quarantineReason === undefined && exclusions?.[index] === undefined,
  );

/** Some replica of it can be called now. */
export const isReady = ({ loads }: Loads, entry: TargetEntry): boolean =>
  served(entry).some(({ index }) => loads.backlogMs(index) < Infinity);

export function stateOf(core: Loads, table: RoutingTable, entry: TargetEntry): ModelState {
  if (isReady(core, entry)) return { state: 'READY', reason: '' };
  const what = `${entry.kind} '${entry.name}'`;
  const reason = outOfService(what, entry);
  if (reason !== undefined) return { state: 'OUT-OF-SERVICE', reason };
  const able = served(entry);
  if (able.some(({ variant }) => table.loading.has(variant))) return { state: 'LOADING', reason: 'it is being loaded' };
  if (!able.some(({ placeable, replicas }) => placeable || replicas.length > 0)) {
    return { state: 'UNAVAILABLE', reason: 'no worker can load it now: none has its hardware, or none has room' };
  }
  if (entry.rules.some(({ kind, target }) => kind === 'warm' && target === entry.name)) {
    return { state: 'LOADING', reason: 'it is wanted warm, and waits for its turn' };
  }
  return { state: 'UNAVAILABLE', reason: 'it is cold: a query loads it, and so does RepositoryModelLoad' };
}

/** The tasks and architectures, by name; a task that is there for one architecture's sake is not shown beside it. */
export const listModels = (table: RoutingTable): readonly TargetEntry[] =>
  [...table.targets.values()]
    .filter((entry) => entry.kind !== 'variant' && !isOwnTask(entry, table))
    .sort((a, b) => (a.name < b.name ? -1 : 1));

const ownTaskSuffix = '.task';

function isOwnTask({ kind, name }: TargetEntry, { targets }: RoutingTable): boolean {
  if (kind !== 'task' || !name.endsWith(ownTaskSuffix)) return false;
  const architecture = targets.get(name.slice(0, -ownTaskSuffix.length));
  return architecture?.kind === 'architecture' && architecture.task === name;
}
