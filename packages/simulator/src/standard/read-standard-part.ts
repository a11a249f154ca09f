// The traces of the standard scenario: recorded ones from files, and generated ones.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorText, ParetoError } from '@pareto/core';
import {
  generatedTraceNames,
  generateTracePart,
  readTracePart,
  recordedTraceNames,
  traceFile,
  type DataUse,
  type GeneratedTraceName,
  type RecordedTraceName,
  type TracePart,
} from '@pareto/workload';

export interface StandardPart<Use extends DataUse> {
  readonly part: TracePart<Use>;
  /** Text of the file. Empty for a generated trace. */
  readonly text: string;
}

/** Returns the part of a trace for one use. Recorded traces are in the folder `data`. Rejects if the file cannot be read. */
export async function readStandardPart<Use extends DataUse>(
  name: RecordedTraceName | GeneratedTraceName,
  use: Use,
  data: string | undefined,
): Promise<StandardPart<Use>> {
  const generated = generatedTraceNames.find((each) => each === name);
  if (generated !== undefined) return { part: generateTracePart(generated, use), text: '' };
  const recorded = recordedTraceNames.find((each) => each === name);
  if (recorded === undefined) throw new Error(`there is no trace ${name}`);
  const text = await readRecorded(recorded, data);
  return { part: readTracePart(recorded, use, text), text };
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
