// Orders to make and measure, as sent to workers, and whether an order is still wanted.

import type { Architecture, Task, VariantSpec } from '@pareto/core';
import { bucketToWire, variantSpecToWire, type Complete, type wire } from '@pareto/protocol';
import type { WorkTarget } from '@pareto/policy';
import { originalId } from '../registry/outcome-variants.js';
import { architectureOf, specOf, versionKey, type RegistryView } from '../registry/registry-view.js';

type Orders = Required<Pick<wire.AssignmentsInput, 'measures' | 'makes'>>;

/** Returns at most one order. Empty if its subject was deleted. */
export function ordersOf(registry: RegistryView, target: WorkTarget | undefined): Orders {
  switch (target?.kind) {
    case undefined:
      return { measures: [], makes: [] };
    case 'make':
      return { measures: [], makes: makeOrder(registry, target) };
    case 'measure':
      return { measures: measureOrder(registry, target), makes: [] };
  }
}

type Target<K extends WorkTarget['kind']> = Extract<WorkTarget, { kind: K }>;

function makeOrder(
  registry: RegistryView,
  { architecture: name, version, recipe }: Target<'make'>,
): readonly Complete<wire.MakeOrderInput>[] {
  const architecture = architectureOf(registry, name, version);
  const original = architecture && originalOf(registry, architecture);
  const task = architecture && registry.tasks.get(architecture.task);
  if (architecture === undefined || original === undefined || task === undefined) return [];
  const { maxBatchSize } = architecture;
  const spec = variantSpecToWire(original);
  return [{ architecture: name, version, recipe, original: spec, ...samplesOf(task), maxBatchSize }];
}

function measureOrder(
  registry: RegistryView,
  { variant: id, version, hardwareClass }: Target<'measure'>,
): readonly Complete<wire.MeasureOrderInput>[] {
  const known = registry.versions.get(versionKey(id, version));
  const architecture = known && architectureOf(registry, known.variant.architecture, version);
  const spec = known && specOf(registry, known.variant);
  const task = known && registry.tasks.get(known.variant.task);
  if (architecture === undefined || spec === undefined || task === undefined) return [];
  const original = originalOf(registry, architecture);
  const compared = original === undefined || original.variant === id ? null : variantSpecToWire(original);
  const measured = known?.measurements.find((one) => one.hardwareClass === hardwareClass)?.result;
  const buckets = measured?.kind === 'measured' ? (measured.profile.buckets ?? []) : [];
  const shapes = buckets.map(bucketToWire);
  return [{ spec: variantSpecToWire(spec), hardwareClass, ...samplesOf(task), original: compared, buckets: shapes }];
}

const samplesOf = ({
  metric,
  validation,
}: Task): Pick<Complete<wire.MakeOrderInput>, 'metric' | 'validationDigest'> => ({
  metric,
  validationDigest: validation ?? '',
});

/** Returns the spec of the original variant on the CPU, which every worker has. */
function originalOf(registry: RegistryView, architecture: Architecture): VariantSpec | undefined {
  const known = registry.versions.get(versionKey(originalId(architecture), architecture.version));
  return known && specOf(registry, known.variant);
}

/**
 * Returns whether the result of an order is still needed: the version is in use, and the file was not made by another
 * worker.
 */
export function isWanted(registry: RegistryView, target: WorkTarget): boolean {
  if (target.kind === 'measure') {
    const known = registry.versions.get(versionKey(target.variant, target.version));
    return known !== undefined && isInUse(registry, known.variant.architecture, target.version);
  }
  const { architecture, version, recipe } = target;
  const outcomes = registry.outcomes.get(architecture) ?? [];
  return isCurrent(registry, architecture, version) && outcomes.every((outcome) => outcome.recipe !== recipe);
}

const isCurrent = ({ architectures }: RegistryView, name: string, version: number): boolean =>
  architectures.get(name)?.at(-1)?.version === version;

/** Returns whether the version is the current one, or an older one that is still served. */
const isInUse = (registry: RegistryView, name: string, version: number): boolean =>
  isCurrent(registry, name, version) || registry.older.get(name)?.includes(version) === true;
