// The variants that may answer the queries for a target, as selection would choose them on an idle fleet.

import { groupBy, sameItems, type Objective, type Task, type VariantId } from '@pareto/core';
import { isServed, versionsOf } from '../../../snapshot/versions.js';
import { defaultPlacementParams, type Demand, type PlacementSnapshot } from '../../../snapshot/snapshot.js';
import { capacitiesByClass, hostedBy } from '../../context/hosted-by.js';
import { listOptions, type Option } from '../../context/options.js';
import { idleTarget, listMeeting } from '../../context/pick-variant.js';

export type RegistrySnapshot = Pick<
  PlacementSnapshot,
  'tasks' | 'architectures' | 'variants' | 'served' | 'rules' | 'prices' | 'workers'
>;

export interface Ladders {
  /** The parts of the snapshot that ladders follow from. They are the same as long as these are. */
  readonly basis: readonly unknown[];
  /** Returns the ladder of a target and an objective (see `Demand`). Undefined if no variant meets the objective. */
  readonly variantsFor: (target: string, objective: Objective) => Demand['variants'] | undefined;
}

/** Returns ladders for a snapshot: `before` if that has the same variants, rules and sizes of workers. */
export function createLadders(snapshot: RegistrySnapshot, before?: Ladders): Ladders {
  const basis = basisOf(snapshot);
  if (before !== undefined && sameItems(before.basis, basis)) return before;
  const versions = versionsOf(snapshot);
  const { served } = listOptions(snapshot, versions, defaultPlacementParams);
  const options = [...served.values()].flat().filter(hostedBy(snapshot.workers));
  const tasks = new Map(snapshot.tasks.map((task) => [task.name, task]));
  const byArchitecture = groupBy(options, ({ variant }) => variant.variant.architecture);
  const byTask = groupBy(options, ({ variant }) => variant.variant.task);
  const byVariant = groupBy(options, ({ variant }) => variant.variant.id);
  const variants = new Map(
    snapshot.variants.flatMap((one) => (isServed(one, versions) ? [[one.variant.id as string, one.variant.id]] : [])),
  );
  const taskOf = ([first]: readonly Option[]): Task | undefined =>
    first === undefined ? undefined : tasks.get(first.variant.variant.task);
  const targets = new Map<string, ReturnType<typeof createTarget>>();

  function createTarget(name: string) {
    const kind = tasks.has(name) ? 'task' : 'architecture';
    const own = (kind === 'task' ? byTask : byArchitecture).get(name) ?? [];
    const task = taskOf(own);
    return task && { own, entry: idleTarget(own, { kind, task, rules: snapshot.rules }) };
  }
  function targetOf(name: string): ReturnType<typeof createTarget> {
    if (!targets.has(name)) targets.set(name, createTarget(name));
    return targets.get(name);
  }
  /** Returns whether a variant that a client names may meet the objective. One without options may, once a worker can hold it. */
  function isMet(id: VariantId, objective: Objective): boolean {
    const own = byVariant.get(id) ?? [];
    const task = taskOf(own);
    const rules = snapshot.rules;
    return task === undefined || listMeeting(idleTarget(own, { kind: 'variant', task, rules }), objective).length > 0;
  }
  return {
    basis,
    variantsFor(name, objective) {
      const variant = variants.get(name);
      if (variant !== undefined) return isMet(variant, objective) ? [variant] : undefined;
      const target = targetOf(name);
      if (target === undefined) return undefined;
      return ladderOf(
        listMeeting(target.entry, objective).map(({ variant: id }) => id),
        target.own,
      );
    },
  };
}

function basisOf({ tasks, variants, served, rules, prices, workers }: RegistrySnapshot): readonly unknown[] {
  const sizes = Array.from(capacitiesByClass(workers), ([hardwareClass, capacities]) => [
    hardwareClass,
    ...capacities.flatMap(({ memoryBytes, deviceMemoryBytes }) => [memoryBytes, deviceMemoryBytes]),
  ]);
  return [prices, ...tasks, ...variants, ...rules, ...[...served].flat(), ...sizes.flat()];
}

/** Returns the variants of which each takes less time for an item than those before. */
function ladderOf(preferred: readonly VariantId[], options: readonly Option[]): Demand['variants'] | undefined {
  const [first, ...others] = new Set(preferred);
  if (first === undefined) return undefined;
  const secondsOf = (id: VariantId): number =>
    Math.min(...options.filter(({ variant }) => variant.variant.id === id).map(({ secondsPerItem }) => secondsPerItem));
  let least = secondsOf(first);
  return [
    first,
    ...others.filter((id) => {
      const seconds = secondsOf(id);
      if (seconds === 0 || seconds >= least) return false;
      least = seconds;
      return true;
    }),
  ];
}
