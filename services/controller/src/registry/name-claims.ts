// Names in the registry: tasks and architectures share one namespace, and versions are never given twice.

import { ParetoError } from '@pareto/core';
import type { Compare } from '@pareto/state';
import { unchangedSince, type RecordView } from '../storage/record-tables.js';
import { nameKey, type NameRecord } from '../storage/records.js';

/** Holds while nobody else has taken the name meanwhile. */
export const claim = ({ names }: RecordView, name: string): Compare =>
  unchangedSince(nameKey(name), names.get(nameKey(name)));

/** Throws `already-exists` when something of another kind has the name. */
export function checkNameFree({ names }: RecordView, name: string, kind: NameRecord['kind']): void {
  const holder = names.get(nameKey(name))?.value.kind;
  if (holder === undefined || holder === 'free' || holder === kind) return;
  throw new ParetoError(
    'already-exists',
    `${name} is the name of ${holder === 'task' ? 'a task' : 'an architecture'}: tasks and architectures share one namespace, choose another name`,
  );
}

/** That an architecture of the name was given; 0: none ever. */
export const lastVersion = ({ names }: RecordView, name: string): number =>
  names.get(nameKey(name))?.value.current ?? 0;
