// The variants that may answer the queries for a target, as selection would choose them on an idle fleet.

import { groupBy, sameItems, type Objective, type TargetEntry, type VariantId } from '@pareto/core';
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
  /** The parts of them that every target depends on. */
  readonly common: readonly unknown[];
  readonly targets: ReadonlyMap<string, LadderTarget | undefined>;
  /** Longest measured load time of each variant. */
  readonly loadMs: ReadonlyMap<VariantId, number>;
  /** Returns the ladder of a target and an objective (see `Demand`). Undefined if no variant meets the objective. */
  readonly variantsFor: (target: string, objective: Objective) => Demand['variants'] | undefined;
}

/** A name with the variants that it can mean, and the ladders that were asked for. */
interface LadderTarget {
  readonly members: readonly unknown[];
  readonly options: readonly Option[];
  readonly entry: TargetEntry;
  readonly ladders: WeakMap<Objective, { readonly variants: Demand['variants'] | undefined }>;
}

/**
 * Returns ladders for a snapshot: `before` if that has the same variants, rules and sizes of workers. Otherwise keeps the targets
 * whose variants are the same, so that a change of one model takes little time.
 */
export function createLadders(snapshot: RegistrySnapshot, before?: Ladders): Ladders {
  const common = commonOf(snapshot);
  const basis = [...common, ...snapshot.tasks, ...snapshot.variants, ...[...snapshot.served].flat()];
  if (before !== undefined && sameItems(before.basis, basis)) return before;
  const kept = before !== undefined && sameItems(before.common, common) ? before.targets : new Map<string, undefined>();
  const versions = versionsOf(snapshot);
  const { served } = listOptions(snapshot, versions, defaultPlacementParams);
  const options = [...served.values()].flat().filter(hostedBy(snapshot.workers));
  const tasks = new Map(snapshot.tasks.map((task) => [task.name, task]));
  const byTask = groupBy(options, ({ variant }) => variant.variant.task);
  const byArchitecture = groupBy(options, ({ variant }) => variant.variant.architecture);
  const byVariant = groupBy(options, ({ variant }): string => variant.variant.id);
  const variants = new Map(
    snapshot.variants.flatMap((one) => (isServed(one, versions) ? [[one.variant.id as string, one.variant.id]] : [])),
  );
  const targets = new Map<string, LadderTarget | undefined>();

  function createTarget(name: string): LadderTarget | undefined {
    const kind = variants.has(name) ? 'variant' : tasks.has(name) ? 'task' : 'architecture';
    const own = { variant: byVariant, task: byTask, architecture: byArchitecture }[kind].get(name) ?? [];
    const task = own[0] && tasks.get(own[0].variant.variant.task);
    if (task === undefined) return undefined;
    const members = [task, ...own.map(({ variant }) => variant)];
    const known = kept.get(name);
    if (known !== undefined && sameItems(known.members, members)) return known;
    const entry = idleTarget(own, { kind, task, rules: snapshot.rules });
    return { members, options: own, entry, ladders: new WeakMap() };
  }
  function targetOf(name: string): LadderTarget | undefined {
    if (!targets.has(name)) targets.set(name, createTarget(name));
    return targets.get(name);
  }
  return {
    ...{ basis, common, targets, loadMs: loadTimes(snapshot) },
    variantsFor(name, objective) {
      const target = targetOf(name);
      const variant = variants.get(name);
      // A variant that a client names may meet the objective once a worker can hold it.
      if (target === undefined) return variant && [variant];
      const known = target.ladders.get(objective);
      if (known !== undefined) return known.variants;
      const created = ladderOf(target, objective);
      target.ladders.set(objective, { variants: created });
      return created;
    },
  };
}

function loadTimes({ variants }: RegistrySnapshot): ReadonlyMap<VariantId, number> {
  const times = new Map<VariantId, number>();
  for (const { variant, measurements } of variants) {
    const measured = measurements.flatMap(({ result }) => (result.kind === 'measured' ? [result.profile.loadMs] : []));
    if (measured.length > 0) times.set(variant.id, Math.max(...measured));
  }
  return times;
}

function commonOf({ rules, prices, workers }: RegistrySnapshot): readonly unknown[] {
  const sizes = Array.from(capacitiesByClass(workers), ([hardwareClass, capacities]) => [
    hardwareClass,
    ...capacities.flatMap(({ memoryBytes, deviceMemoryBytes }) => [memoryBytes, deviceMemoryBytes]),
  ]);
  return [prices, ...rules, ...sizes.flat()];
}

/** Returns the variants of which each takes less time for an item than those before. */
function ladderOf({ entry, options }: LadderTarget, objective: Objective): Demand['variants'] | undefined {
  const [first, ...others] = new Set(listMeeting(entry, objective).map(({ variant }) => variant));
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
