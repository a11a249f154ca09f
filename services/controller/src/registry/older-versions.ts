// Older versions of architectures that are still in use: names may resolve to them until the current versions are as
// warm. Pure.

import type { PlainRegistry, RegistryView } from './registry-view.js';
import { variantsOfVersion, versionKey } from './registry-view.js';

/**
 * Returns, by architecture, the older versions that have assigned replicas, and the newest measured one while the
 * current one is unmeasured.
 */
export function olderVersions(registry: PlainRegistry): RegistryView['older'] {
  const planned = plannedVersions(registry);
  const older = new Map<string, readonly number[]>();
  for (const [name, versions] of registry.architectures) {
    const current = versions.at(-1)?.version ?? 0;
    if (versions.length < 2) continue;
    const earlier = versions.map(({ version }) => version).filter((version) => version < current);
    const measured = isMeasured(registry, name, current)
      ? undefined
      : earlier.findLast((version) => isMeasured(registry, name, version));
    const own = earlier.filter((version) => version === measured || planned.has(`${name}/${version}`));
    if (own.length > 0) older.set(name, own);
  }
  return older;
}

/** Returns the versions that have assignments, as `ARCHITECTURE/VERSION`. */
function plannedVersions({ assignments, versions }: PlainRegistry): ReadonlySet<string> {
  const planned = new Set<string>();
  for (const own of assignments.values())
    for (const { variant, version } of own) {
      const architecture = versions.get(versionKey(variant, version))?.variant.architecture;
      if (architecture !== undefined) planned.add(`${architecture}/${version}`);
    }
  return planned;
}

const isMeasured = (registry: PlainRegistry, name: string, version: number): boolean =>
  variantsOfVersion(registry, { name, version }).some(({ measurements }) =>
    measurements.some(({ result }) => result.kind === 'measured'),
  );
