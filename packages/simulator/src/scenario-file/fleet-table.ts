// The fleet of a scenario file.

import {
  countUpTo,
  fieldAt,
  fieldError,
  listOf,
  mapOf,
  needed,
  notNegative,
  objectOf,
  positive,
  text,
  valueOf,
  type Reader,
} from '@pareto/scenario';
import type { SimulatedFleet, SimulatedWorkers } from '../scenario/fleet.js';

/** Largest fleet that a simulation of a few minutes is meant for. */
const maxWorkers = 100_000;
const maxSlots = 1_024;

const classTable = objectOf<{ readonly usdPerSlotHour: number }>(
  {
    usdPerSlotHour: needed(
      valueOf(notNegative, 'usdPerSlotHour: 0.05'),
      'the price of a slot, such as usdPerSlotHour: 0.05',
    ),
  },
  'the price of the class, such as { usdPerSlotHour: 0.05 }',
);

const workersTable = objectOf<Omit<SimulatedWorkers, 'hardwareClass'> & { readonly class: string }>(
  {
    class: needed(valueOf(text, 'class: cpu'), 'a class of the fleet, such as class: cpu'),
    count: needed(valueOf(countUpTo(maxWorkers), 'count: 4'), 'the number of workers, such as count: 4'),
    slots: needed(valueOf(countUpTo(maxSlots), 'slots: 8'), 'the slots of each worker, such as slots: 8'),
    memoryMib: needed(
      valueOf(positive, 'memoryMib: 16384'),
      'the memory of each worker for models, such as memoryMib: 16384',
    ),
  },
  'workers such as { class: cpu, count: 4, slots: 8, memoryMib: 16384 }',
);

const fleetTable = objectOf(
  {
    classes: needed(
      mapOf(classTable, 'classes by name'),
      'hardware classes, such as classes: { cpu: { usdPerSlotHour: 0.05 } }',
    ),
    workers: needed(
      listOf(workersTable, 'a list of workers'),
      'a list such as workers: [{ class: cpu, count: 4, slots: 8, memoryMib: 16384 }]',
    ),
  },
  'keys such as classes and workers',
);

/** Reads the fleet. Each class of its workers must have a price. */
export const readFleet: Reader<SimulatedFleet> = (field) => {
  const { classes, workers } = fleetTable(field);
  for (const [index, each] of workers.entries()) {
    if (!classes.has(each.class)) {
      throw fieldError(
        fieldAt(field, 'workers', index, 'class'),
        `expected a class of the fleet (${[...classes.keys()].join(', ')}), received "${each.class}"`,
      );
    }
  }
  const total = workers.reduce((sum, { count }) => sum + count, 0);
  if (total > maxWorkers) {
    throw fieldError(fieldAt(field, 'workers'), `expected at most ${maxWorkers} workers, received ${total}`);
  }
  return {
    classes: [...classes].map(([name, { usdPerSlotHour }]) => ({ name, usdPerSlotHour })),
    workers: workers.map(({ class: hardwareClass, ...rest }) => ({ hardwareClass, ...rest })),
  };
};
