// How good a plan is: the source of its targets, and its cost next to the proven bound. The README states the rule.

import {
  addTo,
  groupBy,
  type HardwareClassId,
  type PlanAction,
  type PlanQuality,
  type UnmetNeed,
  type VariantId,
  type WorkerId,
  type WorkerInfo,
} from '@pareto/core';
import { ratesOf } from '../context/apply-solution.js';
import { minShare } from '../context/compute.js';
import type { PlanningContext } from '../context/context.js';
import { listHostKinds, listSlotClasses } from '../context/host-kinds.js';
import { waitingCauses } from '../needs/need.js';
import type { Solution, SolvedShare } from '../../snapshot/solution.js';

/** A plan after packing. */
interface PackedPlan {
  readonly actions: readonly PlanAction[];
  readonly unmet: readonly UnmetNeed[];
}

/** Returns the quality of a plan. A solution that is not `isCurrent` has no bound for the demand and the fleet of now. */
export function planQuality(context: PlanningContext, plan: PackedPlan, isCurrent: boolean): PlanQuality {
  const { solution, frozen, now, planId } = context.snapshot;
  if (frozen !== undefined) return { source: 'frozen', at: now, planId };
  const placed = listPlaced(context, plan.actions);
  const { releasesHosts } = context.params;
  const cost = { usdPerHour: releasesHosts ? workersUsd(context, placed) : slotTimeUsd(context) };
  if (solution === undefined) return { source: 'greedy', at: now, planId, cost };
  const { source, at, planId: solvedId } = solution;
  if (!isCurrent) return { source: 'stale', at, planId: solvedId, cost };
  const boundUsdPerHour = boundOf(context, plan, solution, placed);
  const usdPerHour = releasesHosts ? cost.usdPerHour : solution.usdPerHour;
  return { source, at, planId: solvedId, cost: { usdPerHour, boundUsdPerHour } };
}

function boundOf(context: PlanningContext, plan: PackedPlan, solution: Solution, placed: readonly Placed[]): number {
  const { usdPerHour, objective, bound } = solution;
  // The prices of changes, lost accuracy and unmet demand are those of the solution in both.
  return answers(context, plan, solution, placed) ? Math.max(0, usdPerHour - Math.max(0, objective - bound)) : 0;
}

/** Returns the price of the workers with replicas. */
function workersUsd({ snapshot }: PlanningContext, placed: readonly Placed[]): number {
  const used = new Set(placed.map(({ worker }) => worker));
  return listHostKinds(snapshot.workers, snapshot.prices).reduce(
    (sum, kind) => sum + kind.usdPerHour * kind.workers.filter((worker) => used.has(worker)).length,
    0,
  );
}

/** Returns the price of the slots' time that the demand takes. */
function slotTimeUsd({ demands, snapshot: { workers, prices } }: PlanningContext): number {
  const classes = listSlotClasses(listHostKinds(workers, prices));
  const usdPerHour = new Map(classes.map((one) => [one.id, one.usdPerHour]));
  const usdOf = (hardwareClass: HardwareClassId, slots: number): number => slots * (usdPerHour.get(hardwareClass) ?? 0);
  const answered = demands.filter(({ isRest = false }) => !isRest);
  return answered.reduce((sum, { shares, options: [first], itemsPerSecond }) => {
    if (shares !== undefined)
      return sum + shares.reduce((usd, { option, load }) => usd + usdOf(option.hardwareClass, load), 0);
    return first === undefined ? sum : sum + usdOf(first.hardwareClass, itemsPerSecond * first.secondsPerItem);
  }, 0);
}

interface Placed {
  readonly variant: VariantId;
  readonly worker: WorkerId;
  readonly hardwareClass: HardwareClassId;
}

/** Returns the replicas that answer once the actions have ended. */
function listPlaced({ snapshot }: PlanningContext, actions: readonly PlanAction[]): readonly Placed[] {
  const unloaded = new Set(actions.flatMap((one) => (one.kind === 'unload' ? [one.assignment.replica] : [])));
  const staying = snapshot.replicas.flatMap(({ assignment, state }) =>
    state === 'failed' || state === 'draining' || unloaded.has(assignment.replica) ? [] : [assignment],
  );
  return [...staying, ...actions.flatMap((one) => (one.kind === 'load' ? [one.assignment] : []))];
}

/** Returns whether a plan leaves as little unmet as its solution. Loads that wait for others or for memory count as made. */
function answers(
  context: PlanningContext,
  { unmet }: PackedPlan,
  solution: Solution,
  placed: readonly Placed[],
): boolean {
  const waiting = new Set(unmet.flatMap(({ variant, cause }) => (waitingCauses.includes(cause) ? [variant] : [])));
  const solved = new Set(solution.shares.map(({ variant }) => variant));
  const lacks = unmet.some(
    ({ source, variant }) => source === 'minimum' && !waiting.has(variant) && solved.has(variant),
  );
  if (lacks) return false;
  const carry = createCarry(context, placed);
  const loads = neededLoads(context, solution).filter(({ share }) => !waiting.has(share.variant));
  return loads.every(({ share, load }) => load - carry(share, load) <= minShare);
}

interface NeededLoad {
  readonly share: SolvedShare;
  /** Slots whose time the part of the demand of now takes that the solution answers. */
  readonly load: number;
}

/** Returns the loads of the solution's shares, the smallest first. */
function neededLoads({ snapshot }: PlanningContext, { shares }: Solution): readonly NeededLoad[] {
  const answered = new Map<string, number>();
  for (const [group, { perSecond }] of shares.flatMap(({ items }) => [...items]))
    answered.set(group, (answered.get(group) ?? 0) + perSecond);
  const rates = ratesOf(snapshot.demand);
  const partOf = (group: string): number => Math.min(1, (rates.get(group) ?? 0) / (answered.get(group) ?? Infinity));
  return shares
    .map((share) => ({
      share,
      load: Array.from(share.items, ([group, { slots }]) => slots * partOf(group)).reduce((sum, one) => sum + one, 0),
    }))
    .toSorted((a, b) => a.load - b.load);
}

/** Returns a function that lets the replicas of a share carry a load, as far as their slots have time, and returns how much they carry. */
function createCarry(
  { snapshot, params, options }: PlanningContext,
  placed: readonly Placed[],
): (share: SolvedShare, load: number) => number {
  const { targetUtilisation } = params;
  const byWorker = new Map(snapshot.workers.map(({ info }) => [info.id, freeSlots(info, targetUtilisation)]));
  const byVariant = groupBy(
    placed.map(({ variant, worker, hardwareClass }) => {
      const slots = byWorker.get(worker)?.find((one) => one.hardwareClass === hardwareClass);
      return { variant, slots: slots ?? { hardwareClass, free: 0 } };
    }),
    ({ variant }) => variant,
  );
  return ({ variant, hardwareClass }, load) => {
    const secondsOn = (on: HardwareClassId): number =>
      options.served.get(variant)?.find((one) => one.hardwareClass === on)?.secondsPerItem ?? Infinity;
    const own = (byVariant.get(variant) ?? []).toSorted(
      ({ slots: a }, { slots: b }) =>
        Number(b.hardwareClass === hardwareClass) - Number(a.hardwareClass === hardwareClass) || b.free - a.free,
    );
    let carried = 0;
    for (const { slots } of own) {
      const factor =
        slots.hardwareClass === hardwareClass ? 1 : secondsOn(slots.hardwareClass) / secondsOn(hardwareClass);
      if (!(factor < Infinity)) continue;
      const taken = Math.min(targetUtilisation, slots.free, (load - carried) * factor);
      slots.free -= taken;
      carried += factor > 0 ? taken / factor : load - carried;
    }
    return carried;
  };
}

/** The slots of one class on a worker. */
interface FreeSlots {
  readonly hardwareClass: HardwareClassId;
  /** Number of slots whose time is left, at the target utilisation. */
  free: number;
}

function freeSlots({ slotGroups }: WorkerInfo, targetUtilisation: number): readonly FreeSlots[] {
  const free = new Map<HardwareClassId, number>();
  for (const { hardwareClass, slots } of slotGroups) addTo(free, hardwareClass.id, slots * targetUtilisation);
  return Array.from(free, ([hardwareClass, own]) => ({ hardwareClass, free: own }));
}
