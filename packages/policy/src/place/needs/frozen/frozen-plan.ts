// The replicas of a frozen plan.

import { architectureNameOf, type ReplicaCount } from '@pareto/core';
import type { PlanningContext } from '../../context/context.js';
import type { Option } from '../../context/options.js';
import { createNeed, type Need } from '../need.js';
import type { NeedSource } from '../need-source.js';

/** States the replicas of the frozen plan. While a plan is frozen, no other source states any. */
export const frozenPlan: NeedSource = {
  name: 'frozen',
  priority: 20,
  needs: (context) => (context.snapshot.frozen ?? []).map((count) => needOf(context, count)),
};

function needOf(context: PlanningContext, { variant, version, hardwareClass, replicas }: ReplicaCount): Need {
  const all = optionsOf(context, variant, version);
  const own = all.filter((option) => option.hardwareClass === hardwareClass);
  // A class that the fleet has lost is replaced, so that the task is still answered.
  const options = own.some(context.isHosted) ? own : [...own, ...all.filter((option) => !own.includes(option))];
  const text = `${variant} was deleted, denied or quarantined`;
  return createNeed(variant, options, {
    ...{ amount: { replicas }, reason: 'part of the frozen plan', returns: 'free' },
    ...(options.length === 0 && { problem: { cause: 'excluded', text } }),
  });
}

/** Returns the options of the version if it is being rolled out, otherwise those of the served one. */
function optionsOf(
  { options, versions }: PlanningContext,
  variant: ReplicaCount['variant'],
  version: number,
): readonly Option[] {
  const isNext = versions.get(architectureNameOf(variant))?.next === version;
  return (isNext ? options.next : options.served).get(variant) ?? [];
}
