// Marks dominated variants in the registry's view. Only tasks that changed are computed again.

import { groupBy, type Architecture, type PriceTable, type SelectionRule, type Task } from '@pareto/core';
import { markDominated, type PlacementVariant } from '@pareto/policy';
import { versionKey, type PlainRegistry, type RegistryView } from './registry-view.js';

type Variants = Pick<RegistryView, 'variants' | 'versions'>;

export type MarkVariants = (
  registry: PlainRegistry,
  older: RegistryView['older'],
  rules: readonly SelectionRule[],
) => Variants;

interface MarkedTask {
  /** Objects that the marks depend on. If they are the same, so are the marks. */
  readonly basis: readonly unknown[];
  readonly variants: readonly PlacementVariant[];
}

export function createMarkVariants(prices: PriceTable): MarkVariants {
  let known: ReadonlyMap<string, MarkedTask> = new Map();

  const markTask = (
    task: Task,
    architectures: readonly Architecture[],
    variants: readonly PlacementVariant[],
    rules: readonly SelectionRule[],
  ): MarkedTask => {
    const own = variants.flatMap((one) => [one.variant, ...one.measurements]);
    const basis = [task, rules.map(({ id }) => id).join(), ...architectures, ...own];
    const before = known.get(task.name);
    if (before?.basis.length === basis.length && before.basis.every((part, i) => part === basis[i])) return before;
    const current = architectures.map((architecture) => ({ architecture }));
    return { basis, variants: markDominated({ tasks: [task], architectures: current, variants, rules, prices }) };
  };

  return (registry, older, rules) => {
    const isCurrent = ({ variant: { id, version } }: PlacementVariant): boolean =>
      registry.variants.get(id)?.variant.version === version;
    const counted = [...registry.versions.values()].filter(
      (one) => isCurrent(one) || older.get(one.variant.architecture)?.includes(one.variant.version) === true,
    );
    const byTask = groupBy(counted, ({ variant }) => variant.task);
    const current = [...registry.architectures.values()].flatMap((versions) => versions.slice(-1));
    const architectures = groupBy(current, ({ task }) => task);
    known = new Map(
      Array.from(registry.tasks.values(), (task) => [
        task.name,
        markTask(task, architectures.get(task.name) ?? [], byTask.get(task.name) ?? [], rules),
      ]),
    );
    const marked = [...known.values()].flatMap(({ variants }) => variants);
    return {
      variants: new Map(marked.filter(isCurrent).map((one) => [one.variant.id, one])),
      versions: new Map([
        ...registry.versions,
        ...marked.map((one) => [versionKey(one.variant.id, one.variant.version), one] as const),
      ]),
    };
  };
}
