// Unloads of replicas that cannot serve, that must leave their workers, or that nothing needs. `pack/evict.ts` evicts
// replicas for lack of memory.

import { oncePer, unmetCauses, type UnmetCause, type VariantId } from '@pareto/core';
import type { PlacementVariant } from '../snapshot/snapshot.js';
import { versionKey } from '../snapshot/versions.js';
import { mustLeave } from './context/budget.js';
import { retentionOf, type PlanningContext } from './context/context.js';
import { wasUsedRecently, type Retention } from './context/retention.js';
import type { Entry } from './ledger/entry.js';
import type { Ledger } from './ledger/ledger.js';
import { waitingCauses } from './needs/need.js';
import { rankOf } from './pack/rank.js';
import { isReady, isServing } from './pack/replicas.js';

const curable: readonly UnmetCause[] = unmetCauses.filter((cause) => cause !== 'no-worker');

/** Priority up to which needs are those of queries, rules and tasks with demand. */
const lastNeeded = 50;

/** Unloads the replicas that can never answer again. */
export function unloadUnservable(ledger: Ledger, { unservable }: PlanningContext): void {
  for (const entry of ledger.entries) {
    const reason = entry.existing && unservable.get(entry.existing.assignment.replica);
    if (reason !== undefined) ledger.unload(entry, reason);
  }
}

/**
 * Unloads the replicas of draining workers that have a ready replacement or that nothing needs. Demand that no slot is left
 * for has no target, so its variants are those that lack something.
 */
export function drainWorkers(ledger: Ledger, context: PlanningContext, needed: ReadonlySet<VariantId>): void {
  const lacking = ledger.lacking();
  const answered = answeredTasks(ledger, context);
  for (const entry of ledger.entries) {
    if (!entry.host.worker.draining || entry.leaving) continue;
    if (entry.claim === undefined && answered?.has(taskOf(context, entry)) === false) continue;
    const wanted = { id: entry.variant, version: entry.version };
    const others = ledger.entriesOf(entry.variant).filter((other) => isServing(other, wanted));
    if (others.some(isReady)) ledger.unload(entry, 'its worker is draining; another replica is ready');
    else if (others.length === 0 && !needed.has(entry.variant)) {
      if (!lacking.has(entry.variant)) ledger.unload(entry, 'its worker is draining');
    } else if (others.length === 0) {
      const reason = `it cannot leave its draining worker: no other worker${context.budgetClause(entry.hardwareClass)} has room`;
      ledger.unmet({ variant: entry.variant, source: undefined, cause: 'memory', reason });
    }
  }
}

/**
 * Unloads the replicas of workers beyond the budget. Those of a task leave together, once all replicas are ready that the workers
 * within the budget have room for. One of these that is awaited, or has an order, may have room for a variant that lacks replicas soon.
 */
export function unloadBeyondBudget(ledger: Ledger, context: PlanningContext): void {
  const beyond = ledger.entries.filter(({ host, leaving }) => host.worker.isBeyondBudget === true && !leaving);
  if (beyond.length === 0) return;
  const others = ledger.hosts.filter(({ worker }) => !mustLeave(worker));
  if (others.some(({ worker }) => worker.presence === 'awaited')) return;
  const changing = changingTasks(ledger, context, ledger.lacking(...waitingCauses));
  const failed = ledger.lacking('failed');
  const lacking = ledger.lacking();
  const busy = others.filter(({ order }) => order !== undefined);
  const mayGetRoom = ({ variant }: Entry): boolean =>
    (context.options.served.get(variant) ?? []).some(({ hardwareClass }) =>
      busy.some(({ groups }) => groups.has(hardwareClass)),
    );
  for (const entry of beyond) {
    if (changing.has(taskOf(context, entry)) || failed.has(entry.variant)) continue;
    if (lacking.has(entry.variant) && mayGetRoom(entry)) continue;
    ledger.unload(entry, 'its worker is beyond the budget');
  }
}

/**
 * Unloads the least recently used surplus replica of each version of a variant, if the last one was unloaded at least
 * `surplusMs` ago. With a solution that leaves workers empty, a task's surplus stays until the task has all replicas that it needs, and that on workers that
 * are left empty is then unloaded together.
 */
export function unloadSurplus(ledger: Ledger, context: PlanningContext): void {
  if (context.snapshot.frozen !== undefined) return unloadUnfrozen(ledger, context);
  const retention = retentionOf(context);
  unloadCold(ledger, retention);
  if (context.keepsSurplus) return;
  const lacking = ledger.lacking();
  // What no worker can hold does not change the others.
  const isTogether = context.params.releasesHosts && context.snapshot.solution !== undefined;
  const changing = isTogether ? changingTasks(ledger, context, ledger.lacking(...curable)) : undefined;
  const surplus = new Map<string, Entry>();
  for (const entry of ledger.entries) {
    if (entry.claim !== undefined || entry.leaving || !isReady(entry) || !entry.host.schedulable) continue;
    if (changing?.has(taskOf(context, entry)) === true) continue;
    if (context.spared.has(entry.host.worker.info.id)) {
      const isNew = !context.horizon.hasCome((entry.existing?.since ?? 0) + context.params.surplusMs);
      const reason = surplusReason(ledger, lacking, entry, retention);
      if (reason !== undefined && !isNew) ledger.unload(entry, reason);
      continue;
    }
    const key = versionKey(entry.variant, entry.version);
    const other = surplus.get(key);
    if (other === undefined || lastUsed(entry) < lastUsed(other)) surplus.set(key, entry);
  }
  for (const [key, entry] of surplus) {
    const reason = surplusReason(ledger, lacking, entry, retention);
    if (reason === undefined || !isDue(key, context)) continue;
    ledger.unload(entry, reason);
  }
}

/**
 * Unloads together what the frozen plan does not have of a task, once all replicas that it has and that workers have room for are ready.
 * A task that no ready replica of it answers keeps the others.
 */
function unloadUnfrozen(ledger: Ledger, context: PlanningContext): void {
  const answered = answeredTasks(ledger, context);
  const changing = changingTasks(ledger, context, ledger.lacking(...curable));
  for (const entry of ledger.entries) {
    if (entry.claim !== undefined || entry.leaving || !isReady(entry) || !entry.host.schedulable) continue;
    const task = taskOf(context, entry);
    if (answered?.has(task) === true && !changing.has(task)) ledger.unload(entry, 'not part of the frozen plan');
  }
}

/** Returns the tasks that ready replicas of a frozen plan answer. Undefined if the plan is not frozen. */
function answeredTasks(ledger: Ledger, context: PlanningContext): ReadonlySet<string | undefined> | undefined {
  if (context.snapshot.frozen === undefined) return undefined;
  const answering = ledger.entries.filter((entry) => entry.claim !== undefined && !entry.leaving && isReady(entry));
  return new Set(answering.map((entry) => taskOf(context, entry)));
}

const taskOf = ({ snapshot }: PlanningContext, { variant }: Pick<Entry, 'variant'>): string | undefined =>
  tasksOf(snapshot.variants).get(variant);

const tasksOf = oncePer(
  (variants: readonly PlacementVariant[]) => new Map(variants.map(({ variant }) => [variant.id, variant.task])),
);

/** Returns the tasks of which a variant lacks replicas, or has some that are needed and not ready yet. */
function changingTasks(
  ledger: Ledger,
  context: PlanningContext,
  lacking: ReadonlySet<VariantId>,
): ReadonlySet<string | undefined> {
  const loading = ledger.entries.filter(
    (entry) => !entry.leaving && !isReady(entry) && entry.claim !== undefined && entry.claim.rank < rankOf(lastNeeded),
  );
  return new Set([...Array.from(lacking, (variant) => ({ variant })), ...loading].map((one) => taskOf(context, one)));
}

const isDue = (key: string, { snapshot, horizon, params }: PlanningContext): boolean =>
  horizon.hasCome((snapshot.unloadedAt.get(key) ?? -Infinity) + params.surplusMs);

function surplusReason(
  ledger: Ledger,
  lacking: ReadonlySet<VariantId>,
  entry: Entry,
  retention: Retention,
): string | undefined {
  const others = ledger
    .entriesOf(entry.variant)
    .filter((other) => other !== entry && other.version === entry.version && !other.leaving);
  const isIdle =
    others.every(({ claim }) => claim === undefined) &&
    ![entry, ...others].some((one) => wasUsedRecently(one.existing, retention));
  if (isIdle) return 'idle';
  // A replica that is claimed elsewhere may still be loading.
  if (others.some((other) => other.claim !== undefined && !isReady(other))) return undefined;
  // Which replicas meet a demand that exceeds the slots depends on those that exist, so it may need this one again.
  if (lacking.has(entry.variant)) return undefined;
  const wanted = { id: entry.variant, version: entry.version };
  return others.some((other) => isReady(other) && isServing(other, wanted))
    ? 'more replicas than demand needs'
    : undefined;
}

/** Unloads all idle replicas of the variants that rules keep cold. */
function unloadCold(ledger: Ledger, retention: Retention): void {
  for (const entry of ledger.entries) {
    if (!retention.cold.has(entry.variant) || entry.claim !== undefined) continue;
    if (!isReady(entry) || !entry.host.schedulable) continue;
    if (!wasUsedRecently(entry.existing, retention)) ledger.unload(entry, 'a rule keeps it cold, and no query uses it');
  }
}

const lastUsed = (entry: Entry): number => entry.existing?.lastUsedAt ?? Infinity;
