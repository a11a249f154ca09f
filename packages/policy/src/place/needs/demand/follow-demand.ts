// The demand that planning uses, from one turn to the next.

import { addTo, type Milliseconds, type Objective, type VariantId } from '@pareto/core';
import type { AheadParams, DemandParams } from '../../../demand/demand-params.js';
import type { TargetDemand } from '../../../demand/demand-sums.js';
import { followSlowdowns, noSlowdowns, type ActiveReplica, type Slowdowns } from '../../../demand/live-slowdown.js';
import { isAsStrict, strictestOf } from '../../../demand/objective-class.js';
import { countedRate, noDemand, observeRates, type SteadyDemand } from '../../../demand/steady-demand.js';
import { noHeadroom, observeHeadroom, type Headroom } from '../../../forecast/headroom.js';
import { forecastOf, noForecast, observeForecast, type ForecastState } from '../../../forecast/forecast.js';
import type { Demand, PlacementSnapshot } from '../../../snapshot/snapshot.js';
import { coldVariants } from '../../../snapshot/warmth.js';
import { createLadders, type Ladders, type RegistrySnapshot } from './ladders.js';

export interface FollowedDemand extends Pick<PlacementSnapshot, 'held' | 'demand' | 'slowdowns'> {
  /** Items per second by class. */
  readonly rates: SteadyDemand;
  readonly forecast: ForecastState;
  readonly headroom: Headroom;
  readonly classes: ReadonlyMap<string, FollowedClass>;
  readonly ladders: Ladders | undefined;
  readonly live: Slowdowns;
  readonly slow: SteadyDemand;
  /** The last snapshot. Undefined before the first turn. */
  readonly observed: FollowedSnapshot | undefined;
}

/** A class of objectives of a target, with its strictest objective. */
export interface FollowedClass {
  readonly target: string;
  readonly objective: Objective;
  /** The ladder of the objective. Undefined if no variant meets it, and none answers. */
  readonly variants: Demand['variants'] | undefined;
}

export type FollowedSnapshot = RegistrySnapshot & Pick<PlacementSnapshot, 'warmthRules'>;

export interface DemandInput {
  readonly demands: readonly TargetDemand[];
  readonly held: readonly VariantId[];
  /** Returns the replicas with their activity. Called only if it is needed. */
  readonly active: () => readonly ActiveReplica[];
  readonly now: Milliseconds;
}

export const unfollowedDemand: FollowedDemand = {
  ...{ demand: [], slowdowns: new Map(), held: [], rates: noDemand, classes: new Map() },
  forecast: noForecast,
  headroom: noHeadroom,
  ...{ ladders: undefined, live: noSlowdowns, slow: noDemand, observed: undefined },
};

/**
 * Returns the demand of a turn. Items count for what their objective would choose on an idle fleet, whatever answers them
 * now. If no variant meets the objective, they count for the one that answers most of them, if any.
 */
export function followDemand(
  before: FollowedDemand,
  { demands, held, active, now }: DemandInput,
  observed: FollowedSnapshot,
  params: DemandParams,
): FollowedDemand {
  const isSameSnapshot = observed === before.observed;
  const ladders = isSameSnapshot && before.ladders ? before.ladders : createLadders(observed, before.ladders);
  const known = ladders === before.ladders ? before.classes : refreshed(before.classes, ladders);
  const classes = new Map<string, FollowedClass>();
  const offered = new Map<string, number>();
  for (const demand of demands) {
    const itemsPerSecond = countedRate(demand, params);
    if (itemsPerSecond === 0) continue;
    const key = keyOf(demand);
    const own = followClass(classes.get(key) ?? known.get(key), demand, ladders);
    classes.set(key, own);
    if (own.variants !== undefined) addTo(offered, key, itemsPerSecond);
  }
  const cold = coldVariants(observed.warmthRules, observed.variants);
  const isCold = (key: string): boolean => {
    const first = (classes.get(key) ?? known.get(key))?.variants?.[0];
    return first !== undefined && cold.has(first);
  };
  const ahead = params.ahead && lookAhead(before, { demands, offered, classes, ladders, now }, params.ahead);
  const rates = observeRates(before.rates, ahead?.rates ?? offered, params, now, isCold);
  for (const key of rates.rates.keys()) {
    const own = known.get(key);
    if (own !== undefined && !classes.has(key)) classes.set(key, own);
  }
  const live = followSlowdowns(before.live, isSameSnapshot, active, observed.variants, now, params);
  const slow = observeRates(before.slow, live.byVariant, params, now, () => false);
  const isSame = rates.rates === before.rates.rates && isSameClasses(classes, before.classes);
  const demand = isSame ? before.demand : listDemand(rates.rates, classes);
  const { forecast = noForecast, headroom = noHeadroom } = ahead ?? {};
  return { demand, slowdowns: slow.rates, held, rates, forecast, headroom, classes, ladders, live, slow, observed };
}

/** Returns whether planning sees no difference. */
export const isSameDemand = (a: FollowedDemand, b: FollowedDemand): boolean =>
  a.demand === b.demand && a.slowdowns === b.slowdowns && a.held.join() === b.held.join();

interface ObservedClasses extends Pick<DemandInput, 'demands' | 'now'> {
  /** Counted rate of each class that variants can answer. */
  readonly offered: ReadonlyMap<string, number>;
  readonly classes: FollowedDemand['classes'];
  readonly ladders: Ladders;
}

/** Rates of a class over all tenants. */
type ClassRates = Record<'itemsPerSecond' | 'latestPerSecond' | 'missedPerSecond', number>;

/**
 * Returns the rates until the slowest variant of each ladder would be loaded: between the counted one and the largest second that is
 * expected, by the headroom that the class needs.
 */
function lookAhead(
  before: Pick<FollowedDemand, 'forecast' | 'headroom'>,
  { demands, offered, classes, ladders, now }: ObservedClasses,
  { forecast: params, headroom: headroomParams, leadMs, loadMs }: AheadParams,
): Pick<FollowedDemand, 'forecast' | 'headroom'> & { readonly rates: Map<string, number> } {
  const observed = new Map<string, ClassRates>();
  for (const demand of demands) {
    const key = keyOf(demand);
    const sums = observed.get(key) ?? { itemsPerSecond: 0, latestPerSecond: 0, missedPerSecond: 0 };
    observed.set(key, sums);
    sums.itemsPerSecond += demand.itemsPerSecond;
    sums.latestPerSecond += demand.latestPerSecond;
    sums.missedPerSecond += demand.missedPerSecond;
  }
  const forecast = observeForecast(before.forecast, observed, params, now);
  const headroom = observeHeadroom(before.headroom, observed, headroomParams, now);
  const rates = new Map<string, number>();
  for (const [key, counted] of offered) {
    const loads = classes.get(key)?.variants?.map((id) => ladders.loadMs.get(id) ?? loadMs) ?? [];
    const { envelope } = forecastOf(forecast, key, leadMs + Math.max(...loads), params);
    rates.set(key, counted + (headroom.parts.get(key) ?? 0) * Math.max(0, envelope - counted));
  }
  return { forecast, headroom, rates };
}

const keyOf = ({ target, className }: TargetDemand): string => `${target} ${className}`;

/** Returns the class with the ladder of its strictest objective so far. */
function followClass(
  before: FollowedClass | undefined,
  { target, objective, answered }: TargetDemand,
  ladders: Ladders,
): FollowedClass {
  if (before !== undefined && isAsStrict(before.objective, objective)) {
    if (before.variants !== undefined || answered.size === 0) return before;
    return { ...before, variants: mostAnswering(answered) };
  }
  const strictest = before === undefined ? objective : strictestOf(before.objective, objective);
  const variants = ladders.variantsFor(target, strictest) ?? before?.variants ?? mostAnswering(answered);
  return { target, objective: strictest, variants };
}

function mostAnswering(answered: TargetDemand['answered']): Demand['variants'] | undefined {
  const [most] = [...answered].toSorted((a, b) => b[1] - a[1]);
  return most && [most[0]];
}

/** Returns the classes with new ladders. One that no variant meets keeps its own. */
const refreshed = (classes: FollowedDemand['classes'], ladders: Ladders): FollowedDemand['classes'] =>
  new Map(
    Array.from(classes, ([key, own]) => {
      const variants = ladders.variantsFor(own.target, own.objective) ?? own.variants;
      return [key, variants?.join() === own.variants?.join() ? own : { ...own, variants }];
    }),
  );

function isSameClasses(a: FollowedDemand['classes'], b: FollowedDemand['classes']): boolean {
  if (a.size !== b.size) return false;
  for (const [key, own] of a) if (b.get(key) !== own) return false;
  return true;
}

/** Rate of offline queries that counts: they run on idle replicas only, so they need one, however many they are. */
const offlineRate = 0.001;

/** Returns the demand of each class with a ladder. */
export const listDemand = (rates: ReadonlyMap<string, number>, classes: FollowedDemand['classes']): readonly Demand[] =>
  Array.from(rates).flatMap(([key, itemsPerSecond]) => {
    const own = classes.get(key);
    if (own?.variants === undefined) return [];
    const { variants, objective } = own;
    const needed = objective.class === 'offline' ? Math.min(itemsPerSecond, offlineRate) : itemsPerSecond;
    const prefersAccuracy = objective.prefer === 'accuracy';
    return [{ variants, latencyMs: objective.latencyMs, itemsPerSecond: needed, prefersAccuracy }];
  });
