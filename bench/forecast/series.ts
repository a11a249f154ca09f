// The series that forecasts are scored on: items per second of each class, with the part that is reported.

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSeededRng } from '@pareto/core';
import {
  generateTracePart,
  lengthOf,
  parseTrace,
  readTracePart,
  replayTrace,
  traceFile,
  type DataUse,
  type RecordedTraceName,
  type Trace,
} from '@pareto/workload';
import { generateWeeks, weekMs } from './generate-weeks.js';

export interface Series {
  readonly name: string;
  /** Items of each second, by class. NaN where there is no data. */
  readonly classes: readonly Float32Array[];
  /** Second from which the forecasts are scored. What is before is history. */
  readonly fromSecond: number;
}

const daySeconds = 86_400;

/** Returns the series for a use. Recorded ones are in the folder `data`; without it, all are generated. */
export async function readSeries(use: DataUse, data: string | undefined): Promise<readonly Series[]> {
  const weeks = seriesOf('generated weeks', generateWeeks(use === 'tuning' ? 1 : 101), weekMs / 1_000);
  if (data === undefined) {
    const parts = (['daily-bursts', 'tenant-bursts'] as const).map((name) => generateTracePart(name, use));
    return [weeks, ...parts.map(({ name, sources }) => seriesOf(name, sources, 0))];
  }
  const textOf = (name: RecordedTraceName): Promise<string> => readFile(join(data, traceFile(name)), 'utf8');
  const twitter = await textOf('twitter');
  const series = [weeks, use === 'tuning' ? firstDay(twitter) : secondDay(twitter)];
  for (const name of ['azure-functions', 'azure-llm-code', 'azure-llm-conv', 'servegen'] as const) {
    const text = await textOf(name);
    const own = seriesOf(name, readTracePart(name, use, text).sources, 0);
    // The functions that are kept aside are others. All other series continue.
    const isOther = use === 'tuning' || name === 'azure-functions';
    series.push(isOther ? own : follow(seriesOf(name, readTracePart(name, 'tuning', text).sources, 0), own));
  }
  return series;
}

const firstDay = (text: string): Series => seriesOf('twitter', readTracePart('twitter', 'tuning', text).sources, 0);

/** Returns both days with the gaps between, so that the second begins a day after the first. */
function secondDay(text: string): Series {
  const trace = parseTrace(text, traceFile('twitter'));
  const [counts] = seriesOf('twitter', [trace], 0).classes;
  if (counts === undefined || trace.form !== 'counts') throw new Error('the trace of twitter has no counts');
  const hasData = new Set(Array.from(trace.startsMs ?? [], (ms) => ms / 1_000));
  const classes = [counts.map((count, second) => (hasData.has(second) ? count : NaN))];
  return { name: 'twitter', classes, fromSecond: daySeconds };
}

function seriesOf(name: string, traces: readonly Trace[], fromSecond: number): Series {
  const seconds = Math.floor(Math.max(...traces.map(lengthOf)) / 1_000);
  const rng = createSeededRng(1);
  const classes = traces.map((trace) => {
    const counts = new Float32Array(seconds);
    for (const ms of replayTrace({ trace }, rng)) {
      const second = Math.floor(ms / 1_000);
      if (second < seconds) counts[second] = (counts[second] ?? 0) + 1;
    }
    return counts;
  });
  return { name, classes, fromSecond };
}

/** Returns the second series with the first one as its history. */
function follow(first: Series, second: Series): Series {
  const classes = second.classes.map((counts, index) => {
    const before = first.classes[index] ?? new Float32Array(0);
    const both = new Float32Array(before.length + counts.length);
    both.set(before);
    both.set(counts, before.length);
    return both;
  });
  return { name: second.name, classes, fromSecond: first.classes[0]?.length ?? 0 };
}
