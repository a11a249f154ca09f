// The demand of a preview: that of the last turn, with the changes that an operator asks about.

import { milliseconds, ParetoError, resolveObjective, type PartialObjective } from '@pareto/core';
import { listDemand, type FollowedClass, type FollowedDemand } from '../place/needs/demand/follow-demand.js';
import { createLadders, type Ladders, type RegistrySnapshot } from '../place/needs/demand/ladders.js';
import type { Demand } from '../snapshot/snapshot.js';

export interface DemandChange {
  /** A task, an architecture or a variant. */
  readonly target: string;
  /** Objective of queries that come in addition. Undefined to change the rate of the present ones. */
  readonly objective: PartialObjective | undefined;
  /** A multiple of the present rate, or a rate. */
  readonly amount: { readonly factor: number } | { readonly itemsPerSecond: number };
  /** Objectives of the present queries, if they change. */
  readonly looser?: Looser;
}

interface Looser {
  /** Multiple of the latency objectives. */
  readonly latencyFactor: number;
  readonly withoutFloor: boolean;
}

/**
 * Returns the demand after the changes, for the variants, rules and workers of the snapshot. Throws `not-found` for an unknown target,
 * `invalid-argument` for an amount that is out of range, and `failed-precondition` if no variant meets the objective, or if there are no
 * queries whose objectives could be looser. Queries whose objective no variant meets have no rate, also if a looser one could be met.
 */
export function changeDemand(
  { rates: { rates: before }, classes: known }: Pick<FollowedDemand, 'rates' | 'classes'>,
  snapshot: RegistrySnapshot,
  changes: readonly DemandChange[],
): readonly Demand[] {
  const ladders = createLadders(snapshot);
  const rates = new Map(before);
  const classes = new Map<string, FollowedClass>(
    Array.from(known, ([key, own]) => [
      key,
      { ...own, variants: ladders.variantsFor(own.target, own.objective) ?? own.variants },
    ]),
  );
  for (const [index, change] of changes.entries()) {
    const { target, amount } = change;
    const asked = checkAmount(change);
    const defaults = defaultObjectiveOf(snapshot, target);
    if (change.objective === undefined) {
      const own = Array.from(classes).filter(([key, one]) => one.target === target && rates.has(key));
      const present = own.reduce((sum, [key]) => sum + (rates.get(key) ?? 0), 0);
      if (own.length === 0 && change.looser !== undefined)
        throw new ParetoError(
          'failed-precondition',
          `no queries name "${target}" now, so that there are no objectives to loosen: 'pareto plan' shows the present demand`,
        );
      for (const [key, one] of own) {
        const rate = rates.get(key) ?? 0;
        // After a change to no queries at all, a rate is divided evenly.
        const part = present > 0 ? rate / present : 1 / own.length;
        rates.set(key, 'factor' in amount ? rate * asked : part * asked);
        if (change.looser !== undefined) classes.set(key, loosen(one, change.looser, ladders));
      }
      // Without present queries, a rate is that of queries with the default objective.
      if (own.length > 0 || 'factor' in amount) continue;
    }
    const objective = resolveObjective(change.objective ?? {}, defaults);
    const variants = ladders.variantsFor(target, objective);
    if (variants === undefined)
      throw new ParetoError(
        'failed-precondition',
        `no variant of ${target} meets the objective on the workers of the fleet: 'pareto whatif ${target}' without --rate shows the nearest one`,
      );
    const key = `${target} preview ${index}`;
    classes.set(key, { target, objective, variants });
    rates.set(key, asked);
  }
  return listDemand(new Map([...rates].filter(([, rate]) => rate > 0)), classes);
}

/** Returns the class with looser objectives. Its variants stay if no variant meets them either. */
function loosen(known: FollowedClass, { latencyFactor, withoutFloor }: Looser, ladders: Ladders): FollowedClass {
  const { minAccuracy, latencyMs } = known.objective;
  const objective = {
    ...known.objective,
    latencyMs: milliseconds(latencyMs * latencyFactor),
    minAccuracy: withoutFloor ? undefined : minAccuracy,
  };
  return { ...known, objective, variants: ladders.variantsFor(known.target, objective) ?? known.variants };
}

function checkAmount({ target, objective, amount, looser }: DemandChange): number {
  const value = 'factor' in amount ? amount.factor : amount.itemsPerSecond;
  if (!(value >= 0 && value <= 1e9))
    throw new ParetoError('invalid-argument', `the demand of ${target} is ${value}: expected a number from 0 to 1e9`);
  if (looser !== undefined && !(looser.latencyFactor >= 1 && looser.latencyFactor <= 1e6))
    throw new ParetoError(
      'invalid-argument',
      `the latency objectives of ${target} are multiplied by ${looser.latencyFactor}: expected a number from 1 to 1e6`,
    );
  if (objective !== undefined && looser !== undefined)
    throw new ParetoError(
      'invalid-argument',
      `the demand of ${target} has an objective and a change of objectives: expected one of them, because the former is of queries that come in addition`,
    );
  if (objective !== undefined && 'factor' in amount)
    throw new ParetoError(
      'invalid-argument',
      `the demand of ${target} has an objective and a factor: expected items per second, because queries with that objective come in addition`,
    );
  return value;
}

/** Returns the default objective of a target's task. Throws `not-found` if the target is unknown. */
function defaultObjectiveOf({ tasks, variants }: RegistrySnapshot, target: string): PartialObjective {
  const variant = variants.find(({ variant: { id, architecture } }) => id === target || architecture === target);
  const name = variant?.variant.task ?? target;
  const task = tasks.find((one) => one.name === name);
  if (task === undefined) throw new ParetoError('not-found', `there is no task, architecture or variant "${target}"`);
  return task.defaultObjective;
}
