// The queries of the standard scenario in a scenario file.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText, ParetoError } from '@pareto/core';
import { countUpTo, needed, objectOf, oneOf, optional, positive, valueOf, type Reader } from '@pareto/scenario';
import {
  createStandardStreams,
  cutPart,
  generatedTraceNames,
  generateTracePart,
  planWindows,
  readTracePart,
  recordedTraceNames,
  traceFile,
  type DataUse,
  type GeneratedTraceName,
  type RecordedTraceName,
} from '@pareto/workload';
import type { StandardScenario } from '../standard/standard-scenario.js';
import type { LoadedTraffic } from './load-traffic.js';

export interface StandardTraffic {
  readonly standard: RecordedTraceName | GeneratedTraceName;
  readonly use?: DataUse;
  /** Number of one of the windows of the trace. All of it is replayed if omitted. */
  readonly window?: number;
  /** Mean rate of the whole trace, over all tasks. */
  readonly rate?: number;
}

const names = [...recordedTraceNames, ...generatedTraceNames];
const windows = 12;

export const readStandardTraffic: Reader<StandardTraffic> = objectOf<StandardTraffic>(
  {
    standard: needed(valueOf(oneOf(names)), 'the name of a trace, such as standard: daily-bursts'),
    use: optional(valueOf(oneOf(['tuning', 'kept-aside']))),
    window: optional(valueOf(countUpTo(windows), 'window: 3')),
    rate: optional(valueOf(positive, 'rate: 400')),
  },
  'a list of streams, or { standard: daily-bursts }',
);

/** Returns the streams of the standard scenario's tasks. Recorded traces are in the folder `data`. */
export async function loadStandardTraffic(
  { standard: name, use = 'tuning', window, rate }: StandardTraffic,
  tasks: StandardScenario['tasks'],
  data: string | undefined,
): Promise<LoadedTraffic> {
  const recorded = recordedTraceNames.find((each) => each === name);
  const text = recorded === undefined ? '' : await readRecorded(recorded, data);
  const part =
    recorded === undefined ? generateTracePart(name as GeneratedTraceName, use) : readTracePart(recorded, use, text);
  const range = window === undefined ? undefined : planWindows(part.lengthMs, { count: windows })[window - 1];
  const streams = createStandardStreams(range === undefined ? part : cutPart(part, range), tasks, rate);
  return { streams, texts: [text] };
}

async function readRecorded(name: RecordedTraceName, data: string | undefined): Promise<string> {
  if (data === undefined) {
    const generated = generatedTraceNames.join(' or ');
    const problem = `the trace ${name} is recorded: pass --data with the folder of ${traceFile(name)}, or use ${generated}`;
    throw new ParetoError('invalid-argument', problem);
  }
  return readFile(join(data, traceFile(name)), 'utf8').catch((error: unknown) => {
    throw new ParetoError('invalid-argument', `the trace ${name} cannot be read: ${errorText(error)}`, {
      cause: error,
    });
  });
}
