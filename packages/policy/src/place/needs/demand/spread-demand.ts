// The demand of each variant, from the demand for targets.

import { addTo, groupBy, type Task, type VariantId } from '@pareto/core';
import type { TargetDemand } from '../../../demand/demand-sums.js';
import type { Rates } from '../../../demand/steady-demand.js';
import { isServed, versionsOf } from '../../../snapshot/versions.js';
import { hostedBy } from '../../context/hosted-by.js';
import { listOptions, type Option } from '../../context/options.js';
import { pickVariantFor } from '../../context/pick-variant.js';
import { defaultPlacementParams, type PlacementSnapshot, type RecentChanges } from '../../../snapshot/snapshot.js';

type DemandSnapshot = Omit<PlacementSnapshot, 'demand' | keyof RecentChanges | 'noisy' | 'planId'>;

/**
 * Returns items per second by variant. The items of a target and class of objectives are spread over the variants that
 * answered, in proportion. If the latest second certainly had more items than the mean, its rate counts. If none answered, because all queries were rejected, failed or are held, they count for the
 * variant that selection would choose if all were loaded and idle. Items that no variant can answer count for none.
 */
export function spreadDemand(demands: readonly TargetDemand[], snapshot: DemandSnapshot): Rates {
  const rates = new Map<VariantId, number>();
  let pick: ReturnType<typeof createPicker> | undefined;
  for (const demand of demands) {
    const { answered } = demand;
    const itemsPerSecond = Math.max(demand.itemsPerSecond, leastRate(demand.latestPerSecond));
    if (itemsPerSecond === 0) continue;
    let total = 0;
    for (const items of answered.values()) total += items;
    for (const [variant, items] of answered) addTo(rates, variant, (itemsPerSecond * items) / total);
    if (total > 0) continue;
    pick ??= createPicker(snapshot);
    const variant = pick(demand);
    if (variant !== undefined) addTo(rates, variant, itemsPerSecond);
  }
  return rates;
}

/** Returns the rate that chance hardly raises to so many items in a second: two standard deviations of a Poisson process less. */
const leastRate = (items: number): number => items - 2 * Math.sqrt(items);

function createPicker(snapshot: DemandSnapshot): (demand: TargetDemand) => VariantId | undefined {
  const versions = versionsOf(snapshot);
  const { served } = listOptions(snapshot, versions, defaultPlacementParams);
  const options = [...served.values()].flat().filter(hostedBy(snapshot.workers));
  const tasks = new Map(snapshot.tasks.map((task) => [task.name, task]));
  const byArchitecture = groupBy(options, ({ variant }) => variant.variant.architecture);
  const byTask = groupBy(options, ({ variant }) => variant.variant.task);
  const taskOf = ([first]: readonly Option[]): Task | undefined =>
    first === undefined ? undefined : tasks.get(first.variant.variant.task);
  return ({ target, objective }) => {
    const named = snapshot.variants.find((one) => one.variant.id === target && isServed(one, versions));
    if (named !== undefined) return named.variant.id;
    const kind = tasks.has(target) ? 'task' : 'architecture';
    const own = (kind === 'task' ? byTask : byArchitecture).get(target) ?? [];
    const task = taskOf(own);
    return task && pickVariantFor(own, { kind, task, rules: snapshot.rules }, objective);
  };
}
