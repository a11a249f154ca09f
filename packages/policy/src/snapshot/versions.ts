// The versions of an architecture that placement uses: the served one and the next one.

import type { Measurement, VariantId, WorkerId } from '@pareto/core';
import type { PlacementSnapshot, PlacementVariant } from './snapshot.js';

export interface Versions {
  /** Version that the name resolves to. */
  readonly served: number;
  /** Current version, if the name does not resolve to it yet. */
  readonly next: number | undefined;
}

/** Returns the key of one version of a variant. */
export const versionKey = (variant: VariantId, version: number): string => `${variant}/${version}`;

/** Returns the key of one version of a variant on a worker. */
export const placeKey = (variant: VariantId, version: number, worker: WorkerId): string =>
  `${versionKey(variant, version)} ${worker}`;

/** Returns the key of one version of a variant on a hardware class. */
export const classKey = ({
  variant,
  version,
  hardwareClass,
}: Pick<Measurement, 'variant' | 'version' | 'hardwareClass'>): string =>
  `${versionKey(variant, version)} ${hardwareClass}`;

export type VersionsByArchitecture = ReadonlyMap<string, Versions>;

export function versionsOf({
  architectures,
  variants,
  served,
}: Pick<PlacementSnapshot, 'architectures' | 'variants' | 'served'>): VersionsByArchitecture {
  const current = new Map<string, number>();
  for (const { variant } of variants)
    current.set(variant.architecture, Math.max(variant.version, current.get(variant.architecture) ?? 0));
  // The current version may be older than others of which there are variants.
  for (const { architecture } of architectures) current.set(architecture.name, architecture.version);
  return new Map(
    Array.from(current, ([name, version]) => {
      const meant = served.get(name) ?? version;
      return [name, { served: meant, next: meant === version ? undefined : version }];
    }),
  );
}

export const isServed = ({ variant }: Pick<PlacementVariant, 'variant'>, versions: VersionsByArchitecture): boolean =>
  versions.get(variant.architecture)?.served === variant.version;
