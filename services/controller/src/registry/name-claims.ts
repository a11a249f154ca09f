// Names in the registry: tasks and architectures share one namespace, and version numbers are never reused.

import { ParetoError } from '@pareto/core';
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

/** Returns the highest version that an architecture of this name ever had. 0 if there was none. */
export const lastVersion = ({ names }: RecordView, name: string): number =>
  names.get(nameKey(name))?.value.current ?? 0;
