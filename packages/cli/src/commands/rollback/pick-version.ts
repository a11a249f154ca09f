// The version that `pareto rollback` goes to. Pure.

import { ParetoError } from '@pareto/core';
import type { wire } from '@pareto/protocol';

/**
 * Returns the wanted version. Without one, returns the served version during the rollout of a later one, otherwise the version
 * that was current before if it is kept, otherwise the newest version below the current one. Throws `invalid-argument` unless
 * `name` is an architecture. Without a wanted version, throws `failed-precondition` while the name goes back already, or if no
 * earlier version is kept.
 */
export function pickVersion(
  name: string,
  { architectures, changes }: Pick<wire.DescribeResponse, 'architectures' | 'changes'>,
  wanted: number | undefined,
): number {
  const own = architectures.filter((one) => one.name === name);
  const [first] = architectures;
  if (own.length === 0 && first !== undefined)
    throw new ParetoError('invalid-argument', `${name} is not a model: name a model, such as ${first.name}`);
  if (wanted !== undefined) return wanted;
  const versions = own.map(({ version }) => version);
  const { currentVersion: current = 0, servedVersion: served = 0 } = own[0] ?? {};
  if (served !== 0 && served < current) return served;
  if (served > current) throw changingError(name, current, served);
  const before = changes[0]?.fromVersion;
  if (before !== undefined && before !== current && versions.includes(before)) return before;
  const earlier = versions.filter((version) => version < current);
  if (earlier.length > 0) return Math.max(...earlier);
  throw new ParetoError(
    'failed-precondition',
    `no version of ${name} before ${current} is kept${laterText(versions, current)}`,
  );
}

/** Returns the error without which two operators who go back at the same time would go back twice. */
const changingError = (name: string, current: number, served: number): ParetoError =>
  new ParetoError(
    'failed-precondition',
    `${name} is already going back to version ${current}, but version ${served} is still served: wait until version ${current} is served, or pass --to with a version`,
  );

function laterText(versions: readonly number[], current: number): string {
  const later = versions.filter((version) => version > current);
  return later.length === 0 ? '' : `: pass --to ${later.join(' or --to ')} for a later one`;
}
