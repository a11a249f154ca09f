// The time of a control turn that is skipped, because the demand is as before, and of the reports that it follows.

import {
  fallbackObjective,
  milliseconds,
  systemClock,
  type Milliseconds,
  type Rng,
  type VariantId,
} from '@pareto/core';
import {
  createDemandWindow,
  defaultDemandParams,
  followDemand,
  unfollowedDemand,
  type DemandEntry,
  type DemandReport,
  type PlacementSnapshot,
} from '@pareto/policy';

export interface SkippedTurnTimes {
  /** Time of each turn, in ms. */
  readonly turns: readonly number[];
  /** Time to add each report of a router, in ms. */
  readonly reports: readonly number[];
}

const routers = 20;
const entriesPerReport = 256;
const latencyBuckets = 8;
const secondMs = 1_000;

/**
 * Measures a turn after each second's reports. The entries of each report together name all variants of the snapshot,
 * and their counts differ a little from one report to the next.
 */
export function timeSkippedTurns(world: PlacementSnapshot, count: number, warmUp: number, rng: Rng): SkippedTurnTimes {
  const window = createDemandWindow();
  const turns: number[] = [];
  const reports: number[] = [];
  let followed = unfollowedDemand;

  const add = (router: number, now: Milliseconds): void => {
    const report = reportOf(world, rng);
    const began = systemClock.now();
    window.add(`router-${router}`, report, now);
    reports.push(systemClock.now() - began);
  };
  const follow = (now: Milliseconds): void => {
    const began = systemClock.now();
    const held = [...window.held(now).keys()];
    const input = { demands: window.demands(now), held, active: () => [], now };
    followed = followDemand(followed, input, world, defaultDemandParams);
    turns.push(systemClock.now() - began);
  };

  for (let second = 0; second < warmUp + count; second += 1) {
    for (let i = 0; i < routers; i += 1) add(i, milliseconds(secondMs * (second + i / routers)));
    follow(milliseconds(secondMs * (second + 1) - 1));
  }
  return { turns: turns.slice(warmUp), reports: reports.slice(warmUp * routers) };
}

/** Returns a report of a second. As over the network, its strings and maps are its own. */
const reportOf = (world: PlacementSnapshot, rng: Rng): DemandReport =>
  structuredClone({
    windowMs: milliseconds(secondMs),
    entries: Array.from({ length: entriesPerReport }, (_, index) => entryOf(world, index, rng)),
    limitsReached: [],
  });

/** Returns an entry. The first entries are of one task each, and the others of the first tasks and another objective. */
function entryOf({ tasks, variants }: PlacementSnapshot, index: number, rng: Rng): DemandEntry {
  const task = index % tasks.length;
  const perTask = variants.length / tasks.length;
  const own = variants.slice(task * perTask, (task + 1) * perTask);
  const itemsByVariant = new Map(
    own.map(({ variant: { id } }, i): [VariantId, number] => [id, 100 + task + i + Math.floor(3 * rng())]),
  );
  const items = Array.from(itemsByVariant.values()).reduce((sum, each) => sum + each, 0);
  return {
    tenant: 'default',
    target: tasks[task]?.name ?? '',
    objective: { ...fallbackObjective, prefer: 'cost', latencyMs: milliseconds(index < tasks.length ? 100 : 500) },
    ...{ offeredItems: items, requests: items, items, refused: 0, infeasible: 0, violations: 0, failed: 0 },
    ...{ held: new Map(), itemsByVariant },
    latencyCounts: new Map(
      Array.from({ length: latencyBuckets }, (_, bucket) => [30 + bucket, items / latencyBuckets]),
    ),
  };
}
