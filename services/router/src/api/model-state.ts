// Lists the models that clients see, and computes the state of each.

import { ownTaskOf, type Candidate, type RoutingTable, type TargetEntry } from '@pareto/core';
import { outOfServiceReason } from '../refusals/refusal.js';
import type { RouterContext } from '../query/router-context.js';

type Loads = Pick<RouterContext, 'core'>;

export type ModelState =
  | { readonly state: 'READY'; readonly reason: '' }
  | { readonly state: 'LOADING' | 'UNAVAILABLE'; readonly reason: string }
  /** Unavailable, and waiting does not help: a rule, a quarantine or a failed measurement excludes every variant. */
  | { readonly state: 'OUT-OF-SERVICE'; readonly reason: string };

/** Returns the candidates that may serve once they are loaded. */
const eligibleCandidates = ({ candidates, exclusions }: TargetEntry): readonly Candidate[] =>
  candidates.filter(
    (candidate, index) => candidate.quarantineReason === undefined && exclusions?.[index] === undefined,
  );

/** Returns whether some replica of the target can be called now. */
export const isReady = ({ core }: Loads, entry: TargetEntry): boolean =>
  eligibleCandidates(entry).some((candidate) => core.loads.isCallable(candidate));

export function stateOf(router: Loads, table: RoutingTable, entry: TargetEntry): ModelState {
  if (isReady(router, entry)) return { state: 'READY', reason: '' };
  const outOfService = outOfServiceReason(entry);
  if (outOfService !== undefined) return { state: 'OUT-OF-SERVICE', reason: outOfService };
  const eligible = eligibleCandidates(entry);
  if (eligible.some(({ variant }) => table.loading.has(variant))) {
    return { state: 'LOADING', reason: 'the model is loading' };
  }
  if (!eligible.some(({ placeable, replicas }) => placeable || replicas.length > 0)) {
    const reason = 'no worker can load the model now: none has its hardware class, or none has enough free memory';
    return { state: 'UNAVAILABLE', reason };
  }
  if (entry.rules.some(({ kind, target }) => kind === 'warm' && target === entry.name)) {
    return { state: 'LOADING', reason: 'a rule keeps the model warm, but it is not loaded yet' };
  }
  return { state: 'UNAVAILABLE', reason: 'the model is cold; send a query or RepositoryModelLoad to load it' };
}

/** Returns tasks and architectures by name, without the tasks that were created for a single architecture. */
export const listModels = (table: RoutingTable): readonly TargetEntry[] =>
  [...table.targets.values()]
    .filter((entry) => entry.kind !== 'variant' && !isOwnTask(entry, table))
    .sort((a, b) => (a.name < b.name ? -1 : 1));

const ownTaskSuffix = ownTaskOf('');

function isOwnTask({ kind, name }: TargetEntry, { targets }: RoutingTable): boolean {
  if (kind !== 'task' || !name.endsWith(ownTaskSuffix)) return false;
  const architecture = targets.get(name.slice(0, -ownTaskSuffix.length));
  return architecture?.kind === 'architecture' && architecture.task === name;
}
