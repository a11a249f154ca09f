// Hardware classes of the fleet on which variants can be measured now.

import { environmentOf, oncePer, type HardwareClassId, type WorkerInfo } from '@pareto/core';

export interface FleetClass {
  readonly id: HardwareClassId;
  readonly provider: string;
  /** Environments of the workers that have slots of the class. */
  readonly environments: ReadonlySet<string>;
}

/** The fields of a worker that determine its classes. */
export interface FleetWorker {
  readonly info: WorkerInfo;
  readonly presence: 'connected' | 'awaited' | 'gone';
  readonly draining: boolean;
}

/** Returns the classes of the slots of connected workers that do not drain, sorted by id. */
export const fleetClasses: (workers: readonly FleetWorker[]) => readonly FleetClass[] = oncePer((workers) => {
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
});

/** Returns the providers of the classes. */
export const fleetProviders = (classes: readonly FleetClass[]): ReadonlySet<string> =>
  new Set(classes.map(({ provider }) => provider));
