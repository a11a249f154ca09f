// Tells people how a registration goes: a line for what is done, a live one for what is being done.

import { formatBytes, formatPercent } from './format.js';
import type { RegisterEvent } from './register-models.js';
import type { Terminal } from './terminal.js';

export interface RegisterProgress {
  readonly onEvent: (event: RegisterEvent) => void;
}

export function createRegisterProgress(terminal: Terminal): RegisterProgress {
  return {
    onEvent(event) {
      if (event.kind === 'uploading') terminal.status([uploadLine(event.file, event.sentBytes, event.totalBytes)]);
      else terminal.note(eventLine(event));
    },
  };
}

function eventLine(event: Exclude<RegisterEvent, { kind: 'uploading' }>): string {
  switch (event.kind) {
    case 'uploaded':
      return `${event.sent ? 'uploaded' : 'already there:'} ${event.file} (${formatBytes(event.sizeBytes)})`;
    case 'task':
      return `task ${event.task.name}`;
    case 'architecture':
      return `registered ${event.architecture.name} version ${event.architecture.version}`;
    case 'refused':
      return `refused ${event.model}: ${event.reason}`;
  }
}

const uploadLine = (file: string, sent: number, total: number): string =>
  `uploading ${file} ${formatPercent(total === 0 ? 1 : sent / total)} of ${formatBytes(total)}`;
