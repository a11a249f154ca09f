// Hardware classes that files and variants may be measured on now.

import { environmentOf, type HardwareClassId, type WorkerInfo } from '@pareto/core';

export interface FleetClass {
  readonly id: HardwareClassId;
  readonly provider: string;
  /** Of the workers that have slots of it. */
  readonly environments: ReadonlySet<string>;
}

/** What is looked at of a worker. */
export interface FleetWorker {
  readonly info: WorkerInfo;
  readonly presence: 'connected' | 'awaited' | 'gone';
  readonly draining: boolean;
}

/** Classes that open workers have slots of, in the order of their ids. */
export function fleetClasses(workers: readonly FleetWorker[]): readonly FleetClass[] {
  const classes = new Map<HardwareClassId, { readonly provider: string; readonly environments: Set<string> }>();
  for (const { info, presence, draining } of workers) {
    if (presence !== 'connected' || draining) continue;
    for (const group of info.slotGroups) {
      if (group.slots === 0) continue;
      const { id, provider } = group.hardwareClass;
      const known = classes.get(id) ?? { provider, environments: new Set() };
      known.environments.add(environmentOf(info.runtimeVersion, group));
      classes.set(id, known);
    }
  }
  return Array.from(classes, ([id, known]) => ({ id, ...known })).toSorted((a, b) => (a.id < b.id ? -1 : 1));
}

/** Providers of those classes. */
export const fleetProviders = (classes: readonly FleetClass[]): ReadonlySet<string> =>
  new Set(classes.map(({ provider }) => provider));
