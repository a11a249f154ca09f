// Shows the progress of a registration: a permanent line per finished part, a live one for the current transfer.

import { formatBytes } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import { formatPercent, formatSpan } from '../../terminal/format.js';
import type { RegisterEvent } from './register-models.js';
import type { Terminal } from '../../terminal/terminal.js';

export interface RegisterProgress {
  readonly onEvent: (event: RegisterEvent) => void;
}

/** `printsRegistered` prints the registered models on stdout, as the result of the command. */
export function createRegisterProgress(
  terminal: Terminal,
  { printsRegistered = false }: { readonly printsRegistered?: boolean } = {},
): RegisterProgress {
  return {
    onEvent(event) {
      if (event.kind === 'uploading') terminal.status([uploadLine(event.file, event.sentBytes, event.totalBytes)]);
      else if (event.kind === 'fetching') terminal.status([fetchLine(event)]);
      else if (event.kind === 'architecture' && printsRegistered) terminal.print(eventLine(event));
      else terminal.note(eventLine(event));
    },
  };
}

function eventLine(event: Exclude<RegisterEvent, { kind: 'uploading' | 'fetching' }>): string {
  switch (event.kind) {
    case 'uploaded':
      return `${event.sent ? 'uploaded' : 'already uploaded:'} ${event.file} (${formatBytes(event.sizeBytes)})`;
    case 'task':
      return `task ${event.task.name}`;
    case 'task-removed':
      return `removed task ${event.task} again, because no model was registered for it`;
    case 'architecture':
      return architectureLine(event);
    case 'refused':
    case 'skipped':
      return `${event.kind} ${event.model}: ${event.reason}`;
  }
}

const uploadLine = (file: string, sent: number, total: number): string =>
  `uploading ${file} ${formatPercent(total === 0 ? 1 : sent / total)} of ${formatBytes(total)}`;

function architectureLine(event: Extract<RegisterEvent, { kind: 'architecture' }>): string {
  const { architecture, requestedVersion: requested, model, leftTask } = event;
  const { name, version, fixedBatch, signature, currentVersion, rolledBackFrom } = architecture;
  if (rolledBackFrom > 0)
    return `${name} goes back to version ${version}, which has the same files, from version ${rolledBackFrom}`;
  const other =
    requested === undefined || requested === version
      ? ''
      : ` (instead of ${requested}, which is not above all earlier versions)`;
  const upgraded = model?.outdatedOpset === undefined ? '' : ', upgraded because ONNX Runtime no longer runs its opset';
  const replaced = Object.keys(model?.labels ?? {})
    .map((output) => `, with a tensor and labels instead of the maps of ${output}`)
    .join('');
  const joined = leftTask === undefined ? '' : ` in task ${architecture.task} instead of ${leftTask}`;
  const kept = currentVersion === 0 || currentVersion === version ? '' : `; ${currentText(architecture)}`;
  const isFixed = fixedBatch > 0 && signature?.batched === false;
  const batch = isFixed ? '; workers try whether its first dimension can be a batch' : '';
  return `registered ${name} version ${version}${other}${joined}${upgraded}${replaced}${kept}${batch}`;
}

/** Returns which other version is current, and how to change that if an operator went back to it. */
function currentText({ name, version, currentVersion, keptBy }: wire.Architecture): string {
  if (keptBy === null) return `version ${currentVersion} is current`;
  const { version: to, fromVersion, actor, ageMs, reason } = keptBy;
  const who = actor === '' ? 'an operator' : actor;
  const why = reason === '' ? '' : ` (${reason})`;
  return `version ${currentVersion} stays current, because ${who} went from version ${fromVersion} to version ${to}${why}, ${formatSpan(ageMs)} ago: 'pareto rollback ${name} --to ${version}' makes version ${version} current`;
}

const fetchLine = ({ file, receivedBytes, totalBytes }: Extract<RegisterEvent, { kind: 'fetching' }>): string =>
  totalBytes === undefined
    ? `fetching ${file} ${formatBytes(receivedBytes)}`
    : `fetching ${file} ${formatPercent(totalBytes === 0 ? 1 : receivedBytes / totalBytes)} of ${formatBytes(totalBytes)}`;
