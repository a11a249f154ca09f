// Selects the versions of a model to register, by its `version_policy`.

import type { ConfigMessage } from './config-message.js';

export type VersionPolicy =
  | { readonly kind: 'all' }
  | { readonly kind: 'latest'; readonly count: number }
  | { readonly kind: 'specific'; readonly versions: readonly number[] };

/** Reads the policy. The default is all versions, of which the newest becomes the current one. */
export function readVersionPolicy(config: ConfigMessage): VersionPolicy {
  const policy = config.message('version_policy');
  if (policy === undefined) return { kind: 'all' };
  const named = ['latest', 'all', 'specific'].filter((kind) => policy.has(kind));
  const [kind] = named;
  if (named.length !== 1) {
    throw policy.error(
      policy.at,
      `version_policy has ${named.join(' and ') || 'none'}: expected latest, all or specific`,
    );
  }
  if (kind === 'latest') return { kind, count: policy.message(kind)?.whole('num_versions', 1) ?? 1 };
  if (kind === 'all') return { kind };
  const versions = policy.message('specific')?.wholes('versions', 1) ?? [];
  if (versions.length === 0) throw policy.error(policy.at, 'version_policy: specific names no versions');
  return { kind: 'specific', versions };
}

export interface ChosenVersions {
  /** Versions in ascending order. */
  readonly versions: readonly number[];
  /** Versions that the policy names but do not exist. */
  readonly missing: readonly number[];
}

/** Applies a policy to the versions in `found`, which are in any order. */
export function chooseVersions(found: readonly number[], policy: VersionPolicy): ChosenVersions {
  const ascending = found.toSorted((a, b) => a - b);
  if (policy.kind === 'all') return { versions: ascending, missing: [] };
  if (policy.kind === 'latest') return { versions: ascending.slice(-policy.count), missing: [] };
  return {
    versions: ascending.filter((version) => policy.versions.includes(version)),
    missing: policy.versions.filter((version) => !found.includes(version)),
  };
}
