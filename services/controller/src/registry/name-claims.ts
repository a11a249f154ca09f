// Names in the registry: tasks and architectures share one namespace, and version numbers are never reused. The record of
// a name states which version of an architecture is current, and when that changed.

import { ParetoError, type VersionChange } from '@pareto/core';
import { maxVersionChanges } from '@pareto/policy';
import type { Compare } from '@pareto/state';
import { unchangedSince, type RecordView } from '../storage/record-tables.js';
import { nameKey, type NameRecord } from '../storage/records.js';

/** Returns the condition that the name's record has not changed. */
export const claim = ({ names }: RecordView, name: string): Compare =>
  unchangedSince(nameKey(name), names.get(nameKey(name)));

/** Throws `already-exists` if the name belongs to another kind. */
export function checkNameFree({ names }: RecordView, name: string, kind: NameRecord['kind']): void {
  const holder = names.get(nameKey(name))?.value.kind;
  if (holder === undefined || holder === 'free' || holder === kind) return;
  throw new ParetoError(
    'already-exists',
    `${name} is the name of ${holder === 'task' ? 'a task' : 'an architecture'}; tasks and architectures share one namespace: choose another name`,
  );
}

/** Returns the version that the name resolves to once it is as warm as the served one. 0 if there is none. */
export const currentVersion = (view: Pick<RecordView, 'names'>, name: string): number =>
  changesOf(view, name).at(-1)?.version ?? lastVersion(view, name);

/** Returns the changes of the current version, oldest first. */
export const changesOf = ({ names }: Pick<RecordView, 'names'>, name: string): readonly VersionChange[] =>
  names.get(nameKey(name))?.value.changes ?? [];

/** Returns the record of an architecture's name after a change of its current version. The first one is not a change. */
export function withVersion(
  view: Pick<RecordView, 'names'>,
  name: string,
  version: number,
  { wallMs, ...author }: VersionAuthor,
): NameRecord {
  const change: VersionChange = { version, from: currentVersion(view, name), atWallMs: wallMs, ...author };
  const isFirst = view.names.get(nameKey(name))?.value.kind !== 'architecture';
  const changes = isFirst ? [] : [...changesOf(view, name), change].slice(-maxVersionChanges);
  return { kind: 'architecture', current: Math.max(version, lastVersion(view, name)), changes };
}

/** The author, time and reason of a change of the current version. */
export interface VersionAuthor extends Pick<VersionChange, 'by' | 'reason' | 'byRollback'> {
  readonly wallMs: number;
}

/** Returns the highest version that an architecture of this name ever had. 0 if there was none. */
export const lastVersion = ({ names }: Pick<RecordView, 'names'>, name: string): number =>
  names.get(nameKey(name))?.value.current ?? 0;
