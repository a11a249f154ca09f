// Why the slots of a fleet do not suffice for a demand.

import type { UnmetCause } from '@pareto/core';
import type { PlanningContext } from './context.js';
import type { Option } from './options.js';

export interface SlotLack {
  readonly cause: UnmetCause;
  readonly text: string;
}

/** Returns why the fleet can't answer items of a variant. */
export function lackOfSlots(
  { isHosted, budgetClause }: PlanningContext,
  options: readonly Option[],
  itemsPerSecond: number,
): SlotLack {
  const [cheapest] = options;
  const clause = options.map(({ hardwareClass }) => budgetClause(hardwareClass)).find((text) => text !== '') ?? '';
  if (!options.some(isHosted)) {
    const classes = options.map(({ hardwareClass }) => hardwareClass).join(' or ');
    return { cause: 'no-worker', text: `no worker has a slot of ${classes} and enough memory${clause}` };
  }
  const slots = format(itemsPerSecond * (cheapest?.secondsPerItem ?? 0));
  const text = `${format(itemsPerSecond)} items/s need the time of ${slots} more slots; every slot${clause} is busy`;
  return { cause: 'compute', text };
}

const format = (value: number): string => (value < 10 ? value.toFixed(1) : String(Math.round(value)));
