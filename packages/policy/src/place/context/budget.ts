// The workers that may hold replicas within a budget.

import type { HardwareClassId, WorkerId } from '@pareto/core';
import type { PlacementParams, PlacementSnapshot, PlacementVariant, PlacementWorker } from '../../snapshot/snapshot.js';
import { countReplicas, fullestFirst, listHostKinds, type HostKind } from './host-kinds.js';
import { hostedBy, type SizedOption } from './hosted-by.js';

type BudgetParams = Pick<PlacementParams, 'budgetUsdPerHour'>;

/** Part of a budget by which the solution of a program may exceed it. */
const tolerance = 1e-6;

/** A worker of a kind, with the number of its replicas. */
interface Candidate extends HostKind {
  readonly worker: WorkerId;
  readonly count: number;
  /** Set if the solution uses it. */
  readonly isUsed: boolean;
}

/**
 * Marks the workers that would exceed the budget. Those that the solution uses count first, then those with the most replicas, then
 * empty ones for held queries and rules that no other has room for, then the cheapest. Without `mayLeave`, workers that hold
 * replicas are not marked.
 */
export function markBeyondBudget(
  snapshot: PlacementSnapshot,
  { budgetUsdPerHour = Infinity }: BudgetParams,
  mayLeave = true,
): PlacementSnapshot {
  if (budgetUsdPerHour === Infinity) return snapshot;
  const { workers, replicas, prices, solution } = snapshot;
  const counts = countReplicas(replicas);
  let left = budgetUsdPerHour * (1 + tolerance);
  const beyond = new Set<WorkerId>();
  const taken = new Set<WorkerId>();
  const take = ({ worker, usdPerHour, count }: Candidate): void => {
    if (usdPerHour > left && (mayLeave || count === 0)) return void beyond.add(worker);
    left -= usdPerHour;
    taken.add(worker);
  };
  const candidates = listHostKinds(workers, prices).flatMap((kind): readonly Candidate[] => {
    const used = solution?.hosts.get(kind.key) ?? 0;
    return fullestFirst(kind, counts).map((worker, index) => {
      return { ...kind, worker, count: counts.get(worker) ?? 0, isUsed: index < used };
    });
  });
  const isKept = ({ isUsed, count }: Candidate): boolean => isUsed || count > 0;
  for (const one of candidates
    .filter(isKept)
    .toSorted((a, b) => Number(b.isUsed) - Number(a.isUsed) || b.count - a.count || a.usdPerHour - b.usdPerHour))
    take(one);
  const byId = new Map(workers.map((worker) => [worker.info.id, worker]));
  const isHosted = hostedBy([...taken].flatMap((id) => byId.get(id) ?? []));
  const missing = neededOptions(snapshot).filter((needed) => !needed.some(isHosted));
  const isMissing = ({ worker }: Candidate): boolean => {
    const isHostedThere = hostedBy([byId.get(worker)].flatMap((one) => one ?? []));
    return missing.some((needed) => needed.some(isHostedThere));
  };
  const empty = candidates.filter((one) => !isKept(one)).map((one) => ({ ...one, isMissing: isMissing(one) }));
  for (const one of empty.toSorted((a, b) => Number(b.isMissing) - Number(a.isMissing) || a.usdPerHour - b.usdPerHour))
    take(one);
  if (beyond.size === 0) return snapshot;
  const marked = workers.map((worker) => (beyond.has(worker.info.id) ? { ...worker, isBeyondBudget: true } : worker));
  return { ...snapshot, workers: marked };
}

/** Returns, for each held variant and each target of a warm rule, the options that are measured. */
function neededOptions({ held, warmthRules, variants }: PlacementSnapshot): readonly (readonly SizedOption[])[] {
  const warm = warmthRules.flatMap(({ kind, target }) => (kind === 'warm' ? [target] : []));
  return [...held, ...warm].map((target) =>
    variants
      .filter(({ variant: { id, architecture, task } }) => [id, architecture, task].includes(target))
      .flatMap(measuredOptions),
  );
}

const measuredOptions = ({ measurements }: PlacementVariant): readonly SizedOption[] =>
  measurements.flatMap(({ hardwareClass, result }) => {
    if (result.kind !== 'measured') return [];
    const { memoryBytes, deviceMemoryBytes = 0 } = result.profile;
    return [{ hardwareClass, memoryBytes, deviceMemoryBytes }];
  });

/** Returns whether replicas must leave a worker. */
export const mustLeave = ({
  draining,
  isBeyondBudget = false,
}: Pick<PlacementWorker, 'draining' | 'isBeyondBudget'>): boolean => draining || isBeyondBudget;

/** Returns the clause that a budget adds to the reasons of what lacks a class. Empty if no worker with its slots is beyond it. */
export const budgetClause = (
  workers: readonly Pick<PlacementWorker, 'info' | 'isBeyondBudget'>[],
  hardwareClass: HardwareClassId,
  { budgetUsdPerHour = Infinity }: BudgetParams,
): string =>
  workers.some(
    ({ info, isBeyondBudget }) =>
      isBeyondBudget === true && info.slotGroups.some((group) => group.hardwareClass.id === hardwareClass),
  )
    ? ` within the budget of USD ${budgetUsdPerHour} per hour`
    : '';
