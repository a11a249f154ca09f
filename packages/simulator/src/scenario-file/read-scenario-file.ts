// Reads a scenario file, and the traces that it names.

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, dirname, extname, resolve } from 'node:path';
import { errorText, ParetoError } from '@pareto/core';
import { readYaml } from '@pareto/scenario';
import { arrivalsOf, cutTrace, lengthOf, parseTrace } from '@pareto/workload';
import type { Scenario } from '../scenario/scenario.js';
import type { GivenTrace } from './arrivals-table.js';
import { parseScenario } from './scenario-table.js';
import { streamsOf, type ReadArrivals } from './streams-of.js';

export interface ScenarioFile {
  readonly scenario: Scenario;
  /** Names of the policies to compare. Undefined if the file has none. */
  readonly policies?: readonly string[];
  readonly seeds?: readonly number[];
  /** SHA-256 of all that the results of a policy and a seed follow from, other than the code. */
  readonly digest: string;
}

export interface ReadOptions {
  /** Folder in which traces are searched for that are not in that of the file. */
  readonly data?: string | undefined;
  /** Number of days, in place of the duration of the file. */
  readonly days?: number | undefined;
}

const dayMs = 24 * 3_600_000;

/** Reads a scenario. Throws `invalid-argument`, which names the file and the line, if a file cannot be read or is invalid. */
export async function readScenarioFile(file: string, { data, days }: ReadOptions = {}): Promise<ScenarioFile> {
  const { policies, seeds, duration, ...given } = parseScenario(await readYaml(file));
  const { name = basename(file, extname(file)), traffic, routers = 1, faults = [], ...rest } = given;
  const durationMs = days === undefined ? duration : days * dayMs;
  const folders = [dirname(file), ...(data === undefined ? [] : [data])];
  const traces = new Map<string, string>();
  for (const { arrivals } of traffic) {
    if (arrivals.kind === 'trace') traces.set(arrivals.file, await readTrace(arrivals.file, folders));
  }
  const streams = traffic.flatMap((stream) => {
    const { arrivals } = stream;
    const read = arrivals.kind === 'trace' ? traceArrivals(arrivals, traces.get(arrivals.file) ?? '') : arrivals;
    return streamsOf(stream, read, durationMs);
  });
  const identity = JSON.stringify([name, durationMs, given, [...traces.values()]]);
  return {
    scenario: { name, durationMs, streams, routers, faults, ...rest },
    ...(policies !== undefined && { policies }),
    ...(seeds !== undefined && { seeds }),
    digest: createHash('sha256').update(identity).digest('hex'),
  };
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
