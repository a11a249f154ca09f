// Moves an architecture from its own task to another one, with its versions and rules. Its replicas stay, because what
// workers have loaded does not depend on the task.

import { architectureNameOf, ownTaskOf, type Architecture, type Task } from '@pareto/core';
import type { Operation } from '@pareto/state';
import { checkSignature, signatureWith } from './check-signature.js';
import { aloneInOwnTask, freeName } from './delete-name.js';
import { claim } from './name-claims.js';
import type { RegisterContext } from './register-context.js';
import { viewArchitectures } from './registry-view.js';
import { withOtherSamples } from './remeasure.js';
import { endingOf, ruleChanges, rulesNaming } from './rule-changes.js';
import { writeUnchanged } from '../leadership/write-all.js';
import { unchangedSince, type RecordView, type Stored } from '../storage/record-tables.js';
import { architectureKey, putRecord, ruleKey, taskKey, variantKey } from '../storage/records.js';

/**
 * Moves an architecture to a task, and deletes its own task if that is empty then. Returns false after a conflicting
 * write, such as a result of a worker; a repetition completes it. Throws `invalid-argument` if the architecture does not fit
 * the task.
 */
export async function joinTask(
  { leader, mirror: { records }, clock }: Pick<RegisterContext, 'leader' | 'mirror' | 'clock'>,
  name: string,
  to: Stored<Task>,
): Promise<boolean> {
  const versions = viewArchitectures(records).get(name) ?? [];
  const current = versions.at(-1);
  if (current === undefined) return true;
  checkSignature(records, to.value, current, name);
  const unchanged = [claim(records, name), unchangedSince(to.key, to)];
  const operations = [
    ...(isMeasuredAlike(records.tasks.get(taskKey(ownTaskOf(name)))?.value, to.value)
      ? []
      : withOtherSamples(records, name)),
    ...moveRules(records, name, to.value.name, clock.wallMs()),
    ...moveVariants(records, name, to.value.name),
    ...versions
      .filter(({ task }) => task !== to.value.name)
      .map((one) => putRecord(architectureKey(name, one.version), { ...one, task: to.value.name })),
    putRecord(to.key, { ...to.value, signature: signatureWith(records, to.value, current) }),
    ...deleteOwnTask(records, name),
  ];
  // Only the last transaction writes the task, because all of them compare it. It also moves the last version: while it
  // fails, a version is left to move, and a repetition completes the move.
  return writeUnchanged(leader, records, operations, unchanged);
}

/** Returns whether the own task has the samples and the metric of the other one. */
const isMeasuredAlike = (own: Task | undefined, to: Task): boolean =>
  own !== undefined && own.validation === to.validation && (own.validation === undefined || own.metric === to.metric);

const moveVariants = ({ variants }: RecordView, name: Architecture['name'], task: string): readonly Operation[] =>
  Array.from(variants.values(), ({ value }) => value)
    .filter((one) => one.architecture === name && one.task !== task)
    .map((one) => putRecord(variantKey(one.id, one.version), { ...one, task }));

/** Returns the writes of rules. Pins, which would restrict the other task, and rules for the own task end. */
function moveRules(records: RecordView, name: string, task: string, wallMs: number): readonly Operation[] {
  const own = ownTaskOf(name);
  const isAlone = aloneInOwnTask(records, name) !== undefined;
  const rules = rulesNaming(records, own).filter(({ target }) =>
    target === own ? isAlone : architectureNameOf(target) === name,
  );
  const isEnding = ({ kind, target }: (typeof rules)[number]): boolean => kind === 'pin' || target === own;
  const endings = rules.filter(isEnding).map((rule) => endingOf(rule, `${name} joined task ${task}`, wallMs));
  const moved = rules.filter((rule) => !isEnding(rule));
  return [...ruleChanges(records, endings), ...moved.map((rule) => putRecord(ruleKey(rule.id), { ...rule, task }))];
}

function deleteOwnTask(records: RecordView, name: string): readonly Operation[] {
  const own = aloneInOwnTask(records, name);
  return own === undefined ? [] : [{ kind: 'delete', key: own.key }, ...freeName(records, own.value.name)];
}
