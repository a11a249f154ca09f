// The replicas of a frozen plan.

import { architectureNameOf, groupBy, type HardwareClassId, type ReplicaCount, type VariantId } from '@pareto/core';
import type { PlanningContext } from '../../context/context.js';
import type { Option } from '../../context/options.js';
import { createNeed, type Need } from '../need.js';
import type { NeedSource } from '../need-source.js';

/** States the replicas of the frozen plan. While a plan is frozen, no other source states any. */
export const frozenPlan: NeedSource = {
  name: 'frozen',
  priority: 5,
  needs: (context) =>
    [...groupBy(context.snapshot.frozen ?? [], (row) => `${row.variant} ${isNext(context, row)}`).values()].flatMap(
      (rows) => needsOf(context, rows),
    ),
};

/** Returns the needs of the rows of a variant, one for each class. Needs of a variant share replicas, so equal classes add up. */
function needsOf(context: PlanningContext, rows: readonly ReplicaCount[]): readonly Need[] {
  const [first] = rows;
  if (first === undefined) return [];
  const { variant } = first;
  const all = (isNext(context, first) ? context.options.next : context.options.served).get(variant) ?? [];
  const byClass = groupBy(rows, ({ hardwareClass }) => hardwareClass);
  const counts = new Map(
    Array.from(byClass, ([on, own]) => [on, own.reduce((sum, { replicas }) => sum + replicas, 0)]),
  );
  const isHosted = (on: HardwareClassId): boolean =>
    all.some((option) => option.hardwareClass === on && context.isHosted(option));
  const hosted = [...counts.keys()].filter(isHosted);
  const lost = [...counts].reduce((sum, [on, count]) => (isHosted(on) ? sum : sum + count), 0);
  // A class that the fleet has lost is replaced, so that the task is still answered.
  if (hosted.length === 0) return [needOf(variant, all, lost)];
  return hosted.map((on, index) => {
    const own = all.filter((option) => option.hardwareClass === on);
    return needOf(variant, own, (counts.get(on) ?? 0) + (index === 0 ? lost : 0));
  });
}

function needOf(variant: VariantId, options: readonly Option[], replicas: number): Need {
  const text = `${variant} was deleted, denied or quarantined, or is not measured`;
  return createNeed(variant, options, {
    ...{ amount: { replicas }, reason: 'part of the frozen plan', returns: 'free' },
    ...(options.length === 0 && { problem: { cause: 'excluded', text } }),
  });
}

/** Returns whether a row is of a version that is being rolled out. Other versions count as the served one. */
const isNext = ({ versions }: PlanningContext, { variant, version }: ReplicaCount): boolean =>
  versions.get(architectureNameOf(variant))?.next === version;
