// Marks dominated variants in the registry's view. Only tasks that changed are computed again.

import { groupBy, sameItems, type Architecture, type PriceTable, type SelectionRule, type Task } from '@pareto/core';
import { markVariants, type PlacementVariant } from '@pareto/policy';
import { versionKey, type PlainRegistry, type RegistryView } from './registry-view.js';
import { replaceEntries } from './replace-entries.js';
import { groupKey } from './variant-groups.js';

type MarkedVariants = Pick<RegistryView, 'variants' | 'versions' | 'groups'>;

/** Returns the variants with their marks. The maps are new ones in each call. */
export type MarkVariants = (
  registry: PlainRegistry,
  older: RegistryView['older'],
  rules: readonly SelectionRule[],
) => MarkedVariants;

type Group = readonly PlacementVariant[];

/** The variants of a task, and what their marks depend on. */
interface TaskVariants {
  /** Record of the task. Undefined if it was deleted. */
  readonly task: Task | undefined;
  readonly architectures: readonly Architecture[];
  /** Versions that the architectures' names mean without a version. */
  readonly current: readonly Architecture[];
  readonly groups: readonly Group[];
  /** Groups of current versions, and of older ones in use. */
  readonly counted: readonly Group[];
}

interface MarkedTask extends MarkedVariants {
  /** Objects that the marks depend on. If they are the same, so are the marks. */
  readonly basis: readonly unknown[];
}

export function createMarkVariants(prices: PriceTable): MarkVariants {
  let known: ReadonlyMap<string, MarkedTask> = new Map();
  let all: MarkedVariants = { variants: new Map(), versions: new Map(), groups: new Map() };
  return (registry, older, rules) => {
    const ruleIds = rules.map(({ id }) => id).join();
    const before = known;
    known = new Map(
      Array.from(listTasks(registry, older), ([name, own]) => {
        const { task, architectures, current, groups, counted } = own;
        const basis = [task, ruleIds, ...architectures, ...current, ...groups, ...counted];
        const same = before.get(name);
        const isSame = same !== undefined && sameItems(same.basis, basis);
        return [name, isSame ? same : { basis, ...markTask(own, rules, prices) }];
      }),
    );
    const gone = [...before].flatMap(([name, task]) => (known.get(name) === task ? [] : [task]));
    const fresh = [...known].flatMap(([name, task]) => (before.get(name) === task ? [] : [task]));
    all = {
      variants: replaceParts(all.variants, gone, fresh, ({ variants }) => variants),
      versions: replaceParts(all.versions, gone, fresh, ({ versions }) => versions),
      groups: replaceParts(all.groups, gone, fresh, ({ groups }) => groups),
    };
    return all;
  };
}

/** Returns the tasks that have variants, by name. */
function listTasks(
  { tasks, architectures, groups }: PlainRegistry,
  older: RegistryView['older'],
): ReadonlyMap<string, TaskVariants> {
  const taskOf = ({ task }: Architecture): string => task;
  const byTask = groupBy([...architectures.values()].flat(), taskOf);
  const currentByTask = groupBy(
    [...architectures.values()].flatMap((versions) => versions.slice(-1)),
    taskOf,
  );
  const isCounted = ([first]: Group): boolean => {
    if (first === undefined) return false;
    const { architecture, version } = first.variant;
    return (
      architectures.get(architecture)?.at(-1)?.version === version ||
      older.get(architecture)?.includes(version) === true
    );
  };
  return new Map(
    Array.from(
      groupBy(groups.values(), ([first]) => first?.variant.task ?? ''),
      ([name, own]) => [
        name,
        {
          task: tasks.get(name),
          architectures: byTask.get(name) ?? [],
          current: currentByTask.get(name) ?? [],
          groups: own,
          counted: own.filter(isCounted),
        },
      ],
    ),
  );
}

function markTask(
  { task, current, groups, counted }: TaskVariants,
  rules: readonly SelectionRule[],
  prices: PriceTable,
): MarkedVariants {
  const architectures = current.map((architecture) => ({ architecture }));
  const variants = counted.flat();
  const marked = task === undefined ? [] : markVariants({ tasks: [task], architectures, variants, rules, prices });
  const keyOf = ({ variant }: PlacementVariant): string => groupKey(variant.architecture, variant.version);
  const markedGroups = groupBy(marked, keyOf);
  const keyed = groups.flatMap((group) => group.slice(0, 1).map((first) => [keyOf(first), group] as const));
  const all = new Map(keyed.map(([key, group]) => [key, markedGroups.get(key) ?? group]));
  const currentKeys = new Set(current.map(({ name, version }) => groupKey(name, version)));
  return {
    variants: new Map(marked.filter((one) => currentKeys.has(keyOf(one))).map((one) => [one.variant.id, one])),
    versions: new Map([...all.values()].flat().map((one) => [versionKey(one.variant.id, one.variant.version), one])),
    groups: all,
  };
}

/** Replaces the entries of the gone tasks with those of the fresh ones. */
function replaceParts<K, V>(
  all: ReadonlyMap<K, V>,
  gone: readonly MarkedTask[],
  fresh: readonly MarkedTask[],
  partOf: (task: MarkedTask) => ReadonlyMap<K, V>,
): ReadonlyMap<K, V> {
  const keys = gone.flatMap((task) => [...partOf(task).keys()]);
  return replaceEntries(all, keys, new Map(fresh.flatMap((task) => [...partOf(task)])));
}
