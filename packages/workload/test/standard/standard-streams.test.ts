import assert from 'node:assert/strict';
import { createSeededRng } from '@pareto/core';
import {
  createStandardStreams,
  cutPart,
  generateTracePart,
  mergeStreams,
  planWindows,
  type QueryStream,
  type StandardTask,
  type Trace,
  type TracePart,
} from '../../src/index.js';

const tasks: readonly StandardTask[] = Array.from({ length: 10 }, (_, index) => ({
  name: `task-${index}`,
  p99Ms: 10 + index,
  accuracies: [0.9, 0.6, 0.7, 0.8, 0.5],
}));

const seconds = 200;
/** A trace whose rate rises from 1/s to 200/s. */
const rising: Trace = {
  form: 'counts',
  counts: Array.from({ length: seconds }, (_, index) => index + 1),
  intervalMs: 1_000,
};
const partOf = (sources: readonly Trace[], ratePerSecond: number): TracePart => ({
  ...{ name: 'trace', use: 'tuning', sources, lengthMs: seconds * 1_000, ratePerSecond },
});
const risingPart = partOf([rising], 100.5);

const timesOf = ({ arrivals }: QueryStream, seed: number): readonly number[] => [...arrivals(createSeededRng(seed))];
const isNear = (found: number, expected: number, tolerance: number): void =>
  assert.ok(Math.abs(found / expected - 1) <= tolerance, `${found}, expected ${expected}`);

describe('createStandardStreams', () => {
  it('returns the objectives of a task with their shares of its queries', () => {
    const streams = createStandardStreams(risingPart, tasks.slice(0, 1));
    const counts = streams.map((stream, index) => timesOf(stream, index).length);
    const all = counts.reduce((sum, count) => sum + count, 0);
    isNear(all, 400 * seconds, 0.02);
    assert.deepEqual(
      streams.map(({ task, objective }) => [task, objective.latencyMs, objective.minAccuracy]),
      [30, 60, 150].flatMap((latencyMs) =>
        [undefined, 0.7, 0.9].map((minAccuracy) => ['task-0', latencyMs, minAccuracy]),
      ),
    );
    const shares = [0.3, 0.5, 0.2].flatMap((latency) => [0.4, 0.4, 0.2].map((floor) => latency * floor));
    for (const [index, share] of shares.entries()) isNear(counts[index] ?? 0, share * all, 0.04);
  });

  it('divides a trace without sources among tasks by the law of Zipf', () => {
    const streams = createStandardStreams(risingPart, tasks);
    const totals = tasks.map(({ name }) =>
      streams.reduce((sum, stream, index) => sum + (stream.task === name ? timesOf(stream, index).length : 0), 0),
    );
    for (const [index, total] of totals.entries()) isNear(total * (index + 1), totals[0] ?? 0, 0.06);
  });

  it('keeps the shape of the trace in the sum of the streams', () => {
    const streams = createStandardStreams(risingPart, tasks, 1_000);
    const found = new Array<number>(seconds / 20).fill(0);
    for (const { ms } of mergeStreams(streams.map(({ arrivals }, index) => arrivals(createSeededRng(index))))) {
      const index = Math.floor(ms / 20_000);
      found[index] = (found[index] ?? 0) + 1;
    }
    for (const [index, count] of found.entries()) isNear(count / 20, ((index * 20 + 10.5) * 1_000) / 100.5, 0.04);
  });

  it('deals the sources of a trace to the tasks in turn', () => {
    const at = (index: number): Trace => ({
      ...{
        form: 'counts',
        intervalMs: 1_000,
        counts: Array.from({ length: seconds }, (_, at) => (at === index ? 1_000 : 0)),
      },
    });
    const streams = createStandardStreams(partOf([0, 1, 2, 3, 4].map(at), 25), tasks.slice(0, 2), 25);
    const secondsOf = (task: string): readonly number[] => {
      const times = streams.flatMap((stream, index) => (stream.task === task ? timesOf(stream, index) : []));
      return [...new Set(times.map((ms) => Math.floor(ms / 1_000)))].toSorted((a, b) => a - b);
    };
    assert.deepEqual(secondsOf('task-0'), [0, 2, 4]);
    assert.deepEqual(secondsOf('task-1'), [1, 3]);
  });

  it('scales a window like the part that it is cut from', () => {
    const window = cutPart(risingPart, { fromMs: 150_000, toMs: 200_000 });
    const streams = createStandardStreams(window, tasks);
    const count = streams.reduce((sum, stream, index) => sum + timesOf(stream, index).length, 0);
    isNear(count / 50, (400 * 175.5) / 100.5, 0.02);
  });

  it('gives the same times for the same seed, and others for another one', () => {
    const part = generateTracePart('tenant-bursts', 'tuning');
    const [range] = planWindows(part.lengthMs);
    assert.ok(range !== undefined);
    const [stream] = createStandardStreams(cutPart(part, range), tasks);
    assert.ok(stream !== undefined);
    assert.deepEqual(timesOf(stream, 1), timesOf(stream, 1));
    assert.notDeepEqual(timesOf(stream, 1), timesOf(stream, 2));
  });

  it('rejects a scenario without tasks, and a task without accuracies', () => {
    const create = (given: readonly StandardTask[]) => (): unknown => createStandardStreams(risingPart, given);
    assert.throws(create([]), { code: 'invalid-argument', message: /the scenario has no tasks/ });
    assert.throws(create([{ name: 'ocr', p99Ms: 5, accuracies: [] }]), { message: 'task "ocr" has no accuracies' });
  });
});
