// The cheapest plan of whole hosts that serves a mean rate of the standard scenario.

import type { BatchPoint, SimulatedRegistry, SimulatedVariant, StandardScenario } from '../../src/index.js';

/** A share of a task's queries, with its objective. */
export interface Mix {
  readonly latencyMs: number;
  readonly minAccuracy: number;
  readonly share: number;
}

export interface HostPlan {
  readonly usdPerHour: number;
  /** Slots that are busy in the mean, by class. */
  readonly slots: ReadonlyMap<string, number>;
}

/** The fleet of a plan: hardware classes, all or some. */
type Classes = StandardScenario['fleet']['classes'];

/**
 * Returns the cheapest plan among those for each set of classes, in which each query goes to the variant and class with the
 * cheapest slot time that meet its objective. Undefined if a query has none in any set.
 */
export function planCheapest(
  { registry, fleet }: StandardScenario,
  queries: readonly (Mix & { readonly task: string; readonly ratePerSecond: number })[],
): HostPlan | undefined {
  const plans = subsetsOf(fleet.classes).flatMap((classes) => {
    const slots = new Map<string, number>();
    for (const query of queries) {
      const best = cheapestSlotTime(registry, classes, query);
      if (best === undefined) return [];
      slots.set(best.name, (slots.get(best.name) ?? 0) + (query.ratePerSecond * query.share * best.ms) / 1000);
    }
    const usdPerHour = fleet.workers.reduce((sum, { hardwareClass, slots: each }) => {
      const price = classes.find(({ name }) => name === hardwareClass)?.usdPerSlotHour ?? 0;
      return sum + Math.ceil((slots.get(hardwareClass) ?? 0) / each) * each * price;
    }, 0);
    return [{ usdPerHour, slots }];
  });
  return plans.toSorted((a, b) => a.usdPerHour - b.usdPerHour)[0];
}

function cheapestSlotTime(
  { variants }: SimulatedRegistry,
  classes: Classes,
  query: Mix & { readonly task: string },
): { readonly name: string; readonly ms: number } | undefined {
  const meets = ({ task, accuracy }: SimulatedVariant): boolean => task === query.task && accuracy >= query.minAccuracy;
  const offers = classes.flatMap(({ name, usdPerSlotHour }) =>
    variants
      .filter(meets)
      .flatMap(({ profiles }) => profiles.filter(({ hardwareClass }) => hardwareClass === name))
      .flatMap(({ points }) => itemMs(points, query.latencyMs))
      .map((ms) => ({ name, ms, usd: ms * usdPerSlotHour })),
  );
  return offers.toSorted((a, b) => a.usd - b.usd)[0];
}

/**
 * Returns the times of an item in batches that take at most half of the objective, because a query may wait for the batch
 * before its own, and alone.
 */
const itemMs = (points: readonly BatchPoint[], latencyMs: number): readonly number[] =>
  points
    .filter(({ batch, p99Ms }) => p99Ms <= (batch === 1 ? latencyMs : latencyMs / 2))
    .map(({ batch, p50Ms }) => p50Ms / batch);

const subsetsOf = (classes: Classes): readonly Classes[] =>
  Array.from({ length: 2 ** classes.length - 1 }, (_, bits) =>
    classes.filter((_one, index) => ((bits + 1) >> index) & 1),
  );
