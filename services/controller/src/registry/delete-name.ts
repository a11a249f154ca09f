// The deletion of a task or an architecture, with all records and rules about it.

import { ownTaskOf, ParetoError, type Task } from '@pareto/core';
import type { Operation } from '@pareto/state';
import { notFound } from './not-found.js';
import { writeUnchanged } from '../leadership/write-all.js';
import type { RecordView, Stored } from '../storage/record-tables.js';
import { architecturePrefixes, nameKey, putRecord, taskKey, type NameRecord } from '../storage/records.js';
import type { RegisterContext } from './register-context.js';
import { endingOf, ruleChanges, rulesNaming } from './rule-changes.js';

export interface Deleted {
  /** The architecture's own task, which was deleted with it. Undefined if there was none. */
  readonly task?: string;
}

/**
 * Deletes a task or an architecture, and the architecture's own task if no other architecture is in it. Returns undefined
 * after a conflicting write. Throws `not-found`.
 */
export async function deleteName(
  { leader, mirror: { records } }: RegisterContext,
  name: string,
  wallMs: number,
): Promise<Deleted | undefined> {
  const nameRecord = records.names.get(nameKey(name));
  if (nameRecord === undefined || nameRecord.value.kind === 'free') throw notFound('task or architecture', name);
  const isTask = nameRecord.value.kind === 'task';
  if (isTask) checkEmpty(records, name);
  const task = isTask ? records.tasks.get(taskKey(name)) : aloneInOwnTask(records, name);
  const names = [...new Set([name, ...(task === undefined ? [] : [task.value.name])])];
  const rules = new Set(names.flatMap((one) => rulesNaming(records, one)));
  const endings = [...rules].map((rule) => endingOf(rule, `deletion of ${name}`, wallMs));
  const unchanged = [nameRecord, ...(task === undefined ? [] : [task])].map(
    ({ key, modRevision }) => ({ kind: 'revision', key, modRevision }) as const,
  );
  // The rules end first, because there may be more of them than fit one transaction.
  if (!(await writeUnchanged(leader, records, ruleChanges(records, endings), unchanged))) return undefined;
  const deletions = [
    ...(isTask ? [] : architectureDeletions(name)),
    ...(task === undefined ? [] : [{ kind: 'delete', key: task.key } as const]),
    ...names.flatMap((one) => freeName(records, one)),
  ];
  if (!(await leader.write(unchanged, deletions))) return undefined;
  return isTask || task === undefined ? {} : { task: task.value.name };
}

function checkEmpty({ architectures }: RecordView, task: string): void {
  const own = Array.from(architectures.values(), ({ value }) => value).filter((one) => one.task === task);
  if (own.length === 0) return;
  const names = [...new Set(own.map((architecture) => architecture.name))];
  throw new ParetoError(
    'failed-precondition',
    `task ${task} has architectures: delete ${names.join(', ')} first, or run 'pareto delete --task ${task}'`,
  );
}

/** Returns the own task of an architecture. Undefined if there is none, or another architecture is in it. */
export function aloneInOwnTask({ tasks, architectures }: RecordView, name: string): Stored<Task> | undefined {
  const own = ownTaskOf(name);
  const isShared = [...architectures.values()].some(({ value }) => value.task === own && value.name !== name);
  return isShared ? undefined : tasks.get(taskKey(own));
}

/**
 * Returns the deletions of all records of an architecture. Its replicas are unloaded by the next turn of the control
 * loop.
 */
const architectureDeletions = (name: string): readonly Operation[] =>
  architecturePrefixes(name).map((prefix) => ({ kind: 'delete-prefix', prefix }));

/** Returns the write after which a name is not in use. Its last version stays known. */
export function freeName({ names }: RecordView, name: string): readonly Operation[] {
  const record = names.get(nameKey(name));
  if (record === undefined) return [];
  const { current = 0 }: NameRecord = record.value;
  const free: NameRecord = { kind: 'free', current };
  return [current === 0 ? { kind: 'delete', key: record.key } : putRecord(record.key, free)];
}
