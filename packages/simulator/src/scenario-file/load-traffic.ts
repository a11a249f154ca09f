// Loads the query streams of a scenario file, with the traces that they replay.

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { errorText, ParetoError } from '@pareto/core';
import { arrivalsOf, cutTrace, lengthOf, parseTrace, type QueryStream } from '@pareto/workload';
import type { GivenTrace } from './arrivals-table.js';
import { streamsOf, type ReadArrivals } from './streams-of.js';
import type { GivenStream } from './traffic-table.js';

export interface LoadedTraffic {
  readonly streams: readonly QueryStream[];
  /** Contents of the files with traces. */
  readonly texts: readonly string[];
}

/** Returns the streams. Traces are searched for in the folders, in order. */
export async function loadTraffic(
  traffic: readonly GivenStream[],
  durationMs: number,
  folders: readonly string[],
): Promise<LoadedTraffic> {
  const texts = new Map<string, string>();
  for (const { arrivals } of traffic) {
    if (arrivals.kind === 'trace') texts.set(arrivals.file, await readTrace(arrivals.file, folders));
  }
  const streams = traffic.flatMap((stream) => {
    const { arrivals } = stream;
    const read = arrivals.kind === 'trace' ? traceArrivals(arrivals, texts.get(arrivals.file) ?? '') : arrivals;
    return streamsOf(stream, read, durationMs);
  });
  return { streams, texts: [...texts.values()] };
}

/** Reads the file from the first of the folders that has it. */
async function readTrace(file: string, [folder = '', ...others]: readonly string[]): Promise<string> {
  return readFile(resolve(folder, file), 'utf8').catch((error: unknown) => {
    if (others.length > 0) return readTrace(file, others);
    throw new ParetoError('invalid-argument', `the trace ${file} cannot be read: ${errorText(error)}`, {
      cause: error,
    });
  });
}

/** Returns the part of the trace that is replayed, with the factor of its rate. */
function traceArrivals(given: GivenTrace, text: string): ReadArrivals {
  const { file, columns, fromMs, toMs = Infinity, scale, ratePerSecond } = given;
  const trace = cutTrace(parseTrace(text, file, columns), { fromMs, toMs });
  const count = arrivalsOf(trace);
  if (count === 0) throw new ParetoError('invalid-argument', `${file} has no arrivals in the part that is replayed`);
  const recorded = (count * 1_000) / lengthOf(trace);
  return { kind: 'trace', trace, rateScale: ratePerSecond === undefined ? scale : ratePerSecond / recorded };
}
