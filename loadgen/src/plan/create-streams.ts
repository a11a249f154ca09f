// Creates the arrival processes of a run, and reads the traces of those that replay one.

import { readFile } from 'node:fs/promises';
import { ParetoError } from '@pareto/core';
import { parseTrace, type ArrivalProcess } from '@pareto/workload';
import type { ArrivalSettings, LoadSettings } from '../settings/load-settings.js';
import { scaleTrace } from '../traces/scale-trace.js';

/** An arrival process, and the queries that share it. */
export interface Stream {
  readonly process: ArrivalProcess;
  readonly ratePerSecond: number;
  /** Indexes in the queries of the settings. */
  readonly queries: readonly number[];
}

/** Returns the common stream, and one for each query with arrivals of its own. Empty in a closed loop. */
export async function createStreams({ loop, queries, durationMs }: LoadSettings): Promise<readonly Stream[]> {
  if (loop.kind === 'closed') return [];
  const indexes = [...queries.keys()];
  const shared = indexes.filter((index) => queries[index]?.arrivals === undefined);
  const own = indexes.map((index) => ({ arrivals: queries[index]?.arrivals, queries: [index] }));
  const streams = [{ arrivals: loop.arrivals, queries: shared }, ...own];
  return Promise.all(
    streams.flatMap(({ arrivals, ...rest }) =>
      arrivals === undefined ? [] : [createProcess(arrivals, durationMs).then((created) => ({ ...created, ...rest }))],
    ),
  );
}

async function createProcess(settings: ArrivalSettings, durationMs: number): Promise<Omit<Stream, 'queries'>> {
  if (settings.process === 'trace') {
    const { trace, column } = settings;
    const recorded = parseTrace(await readTrace(trace), trace, column === undefined ? undefined : [column]);
    const { ratePerSecond, ...scaled } = scaleTrace(recorded, settings, durationMs);
    return { process: { kind: 'trace', ...scaled }, ratePerSecond };
  }
  const { process: kind, rate: ratePerSecond, ...parameters } = settings;
  return { process: { kind, ratePerSecond, ...parameters } as ArrivalProcess, ratePerSecond };
}

async function readTrace(file: string): Promise<string> {
  return readFile(file, 'utf8').catch((error: unknown) => {
    throw new ParetoError('invalid-argument', `the trace ${file} cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  });
}
