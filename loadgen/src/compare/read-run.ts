// Reads the JSON of a run.

import { readFile } from 'node:fs/promises';
import { ParetoError } from '@pareto/core';
import type { LoadRun } from '../tally/load-run.js';

/** Throws `invalid-argument`, which names the file, if it cannot be read or is not the JSON of a run. */
export async function readRun(file: string): Promise<LoadRun> {
  const content = await readFile(file, 'utf8').catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      throw invalid(`${file} does not exist; ${howToMake}`, error);
    throw invalid(`${file} cannot be read: ${(error as Error).message}`, error);
  });
  return parseRun(content, file);
}

const howToMake = 'expected the JSON of a run, which --json FILE writes';

/** Parses the JSON of a run, after the lines that `npm run` prints before it. */
export function parseRun(content: string, file: string): LoadRun {
  let value: unknown;
  try {
    value = JSON.parse(content.slice(Math.max(0, content.search(/^\{/m))));
  } catch (error) {
    throw invalid(`${file} is not JSON; ${howToMake}`, error);
  }
  if (!isObject(value) || !isObject(value['statuses']) || !isObject(value['sender'])) {
    throw invalid(`${file} is not a report of the load generator; ${howToMake}`);
  }
  if (!isRun(value)) {
    throw invalid(`${file} was written by another version of the load generator; repeat the run with this version`);
  }
  return value;
}

type Json = Readonly<Record<string, unknown>>;

/** Checks what a comparison needs. */
function isRun(value: Json): value is Json & LoadRun {
  const { settings, classes, intervals, intervalMs, durationMs } = value;
  if (!isObject(settings) || !isObject(settings['loop']) || !isListOf(settings['queries'], isObject)) return false;
  if (!isListOf(classes, ({ name }) => typeof name === 'string')) return false;
  if (!isCount(intervalMs) || !isCount(durationMs)) return false;
  const isClass = ({ sent, answered, onTime, rejected, latencies }: Json): boolean =>
    [sent, answered, onTime, rejected].every(isCount) &&
    Array.isArray(latencies) &&
    latencies.every((pair) => Array.isArray(pair) && pair.length === 2 && pair.every(isCount));
  return isListOf(
    intervals,
    (each) =>
      isCount(each['startMs']) && isListOf(each['classes'], isClass) && each['classes'].length === classes.length,
  );
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isListOf = (value: unknown, isItem: (item: Json) => boolean): value is readonly Json[] =>
  Array.isArray(value) && value.every((item) => isObject(item) && isItem(item));

const isCount = (value: unknown): value is number => typeof value === 'number' && value >= 0;

const invalid = (message: string, cause?: unknown): ParetoError =>
  new ParetoError('invalid-argument', message, cause === undefined ? {} : { cause });
