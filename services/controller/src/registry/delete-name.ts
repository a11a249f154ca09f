// The deletion of a task or an architecture, with all records and rules about it.

import { ParetoError } from '@pareto/core';
import { splitOperations, type Operation } from '@pareto/state';
import { notFound } from './not-found.js';
import type { Mirror } from '../storage/mirror.js';
import { architecturePrefixes, nameKey, putRecord, taskKey, type NameRecord } from '../storage/records.js';
import type { RegisterContext } from './register-context.js';
import { endingOf, ruleChanges, rulesNaming } from './rule-changes.js';

/** Deletes a task or an architecture. Returns undefined after a conflicting write. Throws `not-found`. */
export async function deleteName(
  { leader, mirror }: RegisterContext,
  name: string,
  wallMs: number,
): Promise<true | undefined> {
  const { records } = mirror;
  const nameRecord = records.names.get(nameKey(name));
  if (nameRecord === undefined || nameRecord.value.kind === 'free') throw notFound('task or architecture', name);
  const deletions = nameRecord.value.kind === 'task' ? taskDeletions(mirror, name) : architectureDeletions(name);
  const endings = rulesNaming(records, name).map((rule) => endingOf(rule, `deletion of ${name}`, wallMs));
  const unchanged = [nameRecord, records.tasks.get(taskKey(name)) ?? nameRecord].map(
    ({ key, modRevision }) => ({ kind: 'revision', key, modRevision }) as const,
  );
  // The rules end first, because there may be more of them than fit one transaction.
  for (const part of splitOperations(ruleChanges(records, endings)))
    if (!(await leader.write(unchanged, part))) return undefined;
  return (await leader.write(unchanged, [freeName(name, nameRecord.value), ...deletions])) ? true : undefined;
}

function taskDeletions({ records }: Mirror, name: string): readonly Operation[] {
  const own = Array.from(records.architectures.values(), ({ value }) => value).filter(({ task }) => task === name);
  if (own.length === 0) return [{ kind: 'delete', key: taskKey(name) }];
  const names = [...new Set(own.map((architecture) => architecture.name))].join(', ');
  throw new ParetoError('failed-precondition', `task ${name} has architectures: delete ${names} first`);
}

/**
 * Returns the deletions of all records of an architecture. Its replicas are unloaded by the next turn of the control
 * loop.
 */
const architectureDeletions = (name: string): readonly Operation[] =>
  architecturePrefixes(name).map((prefix) => ({ kind: 'delete-prefix', prefix }));

const freeName = (name: string, { current = 0 }: NameRecord): Operation =>
  current === 0 ? { kind: 'delete', key: nameKey(name) } : putRecord(nameKey(name), { kind: 'free', current });
