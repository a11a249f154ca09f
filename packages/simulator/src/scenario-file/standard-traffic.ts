// The queries of the standard scenario in a scenario file.

import { countUpTo, needed, objectOf, oneOf, optional, positive, valueOf, type Reader } from '@pareto/scenario';
import {
  createStandardStreams,
  cutPart,
  generatedTraceNames,
  planWindows,
  recordedTraceNames,
  type DataUse,
  type GeneratedTraceName,
  type RecordedTraceName,
} from '@pareto/workload';
import { readStandardPart } from '../standard/read-standard-part.js';
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
  const { part, text } = await readStandardPart(name, use, data);
  const range = window === undefined ? undefined : planWindows(part.lengthMs, { count: windows })[window - 1];
  const streams = createStandardStreams(range === undefined ? part : cutPart(part, range), tasks, rate);
  return { streams, texts: [text] };
}
