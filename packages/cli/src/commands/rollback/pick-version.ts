// The version that `pareto rollback` goes to. Pure.

import { ParetoError } from '@pareto/core';
import type { wire } from '@pareto/protocol';

/**
 * Returns the wanted version or, without one, the newest version below the current one. Throws `invalid-argument` unless
 * `name` is an architecture, and `failed-precondition` if no earlier version is kept.
 */
export function pickVersion(name: string, described: readonly wire.Architecture[], wanted: number | undefined): number {
  const own = described.filter((one) => one.name === name);
  const [first] = described;
  if (own.length === 0 && first !== undefined)
    throw new ParetoError('invalid-argument', `${name} is not a model: name a model, such as ${first.name}`);
  if (wanted !== undefined) return wanted;
  const versions = own.map(({ version }) => version);
  const current = own[0]?.currentVersion ?? 0;
  const earlier = versions.filter((version) => version < current);
  if (earlier.length > 0) return Math.max(...earlier);
  throw new ParetoError(
    'failed-precondition',
    `no version of ${name} before ${current} is kept${laterText(versions, current)}`,
  );
}

function laterText(versions: readonly number[], current: number): string {
  const later = versions.filter((version) => version > current);
  return later.length === 0 ? '' : `: pass --to ${later.join(' or --to ')} for a later one`;
}
