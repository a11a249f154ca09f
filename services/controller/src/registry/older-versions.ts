// Versions of architectures that are not current but still in use: names may resolve to them until the current versions
// are as warm. Pure.

import { architectureNameOf } from '@pareto/core';
import { variantsOfVersion, type PlainRegistry, type RegistryView } from './registry-view.js';
import { groupKey } from './variant-groups.js';

/**
 * Returns, by architecture, the other versions than the current one that have assigned replicas, and the newest measured
 * one while the current one is unmeasured.
 */
export function olderVersions(registry: PlainRegistry): RegistryView['older'] {
  const planned = plannedVersions(registry);
  const older = new Map<string, readonly number[]>();
  for (const [name, versions] of registry.architectures) {
    const current = versions.at(-1)?.version ?? 0;
    if (versions.length < 2) continue;
    const others = versions.map(({ version }) => version).filter((version) => version !== current);
    const measured = isMeasured(registry, name, current)
      ? undefined
      : others.findLast((version) => isMeasured(registry, name, version));
    const own = others.filter((version) => version === measured || planned.has(groupKey(name, version)));
    if (own.length > 0) older.set(name, own);
  }
  return older;
}

/** Returns the keys of the groups that have assignments. */
function plannedVersions({ assignments, groups }: PlainRegistry): ReadonlySet<string> {
  const planned = new Set<string>();
  for (const own of assignments.values())
    for (const { variant, version } of own) {
      const key = groupKey(architectureNameOf(variant), version);
      if (groups.get(key)?.some((one) => one.variant.id === variant) === true) planned.add(key);
    }
  return planned;
}

const isMeasured = (registry: PlainRegistry, name: string, version: number): boolean =>
  variantsOfVersion(registry, { name, version }).some(({ measurements }) =>
    measurements.some(({ result }) => result.kind === 'measured'),
  );
