// Tells people how a registration goes: a line for what is done, a live one for what is being done.

import { formatAccuracy, formatBytes, formatMs, formatPercent } from './format.js';
import type { RegisterEvent } from './register-models.js';
import type { MeasuringProgress } from './wait-for-measurements.js';
import type { Terminal } from './terminal.js';
import type { wire } from '@pareto/rpc';

export interface RegisterProgress {
  readonly onEvent: (event: RegisterEvent) => void;
  readonly onMeasuring: (progress: MeasuringProgress) => void;
}

/** Looks in a row without a worker before it is told: a new leader has none for a moment. */
const tellingLooks = 10;

export function createRegisterProgress(terminal: Terminal): RegisterProgress {
  const told = new Set<string>();
  let looksWithout = 0;
  return {
    onEvent(event) {
      if (event.kind === 'uploading') terminal.status([uploadLine(event.file, event.sentBytes, event.totalBytes)]);
      else terminal.note(eventLine(event));
    },
    onMeasuring(progress) {
      looksWithout = progress.hardwareClasses.length === 0 ? looksWithout + 1 : 0;
      if (looksWithout === tellingLooks) {
        terminal.note(
          'no worker is connected: waiting for one to measure on (Ctrl-C ends the waiting, not the registration)',
        );
      }
      for (const variant of progress.variants) {
        if (variant.measurements.length === 0 || told.has(variant.name)) continue;
        told.add(variant.name);
        terminal.note(measuredLine(variant));
      }
      const left = progress.variants.length - told.size;
      if (!progress.done) terminal.status([`measuring, ${left} to go: ${progress.measuring.join(', ') || 'waiting'}`]);
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

function measuredLine(variant: wire.Variant): string {
  const failed = variant.measurements.find(({ error }) => error !== '');
  if (failed !== undefined) return `could not measure ${variant.name}: ${failed.error}`;
  const [measurement] = variant.measurements;
  const p50 = measurement?.profile?.points[0]?.p50Ms ?? 0;
  return `measured ${variant.name}: ${formatAccuracy(measurement?.accuracy)}, ${formatMs(p50)}`;
}
