import assert from 'node:assert/strict';
import { stripVTControlCharacters } from 'node:util';
import pc from 'picocolors';
import { formatProgress, formatProgressLine, type ProgressView } from '../../src/live/format-progress.js';
import type { RecentClass } from '../../src/live/progress-tally.js';

const queryOf = (name: string, count: number): RecentClass => ({
  ...{ name, answered: count, onTime: count / 2, rejected: 3, failed: 0 },
  latencies: [
    [2_100, count - 1],
    [250_000, 1],
  ],
});

const view = (classes: readonly RecentClass[], more: Partial<ProgressView> = {}): ProgressView => ({
  ...{ phase: 'sending', elapsedMs: 75_000, lengthMs: 300_000, recentMs: 2_000, intended: 400 },
  progress: {
    total: { sent: 12_345, answered: 12_000, onTime: 11_000, rejected: 340, failed: 0 },
    recent: { sent: 398, answered: 390, onTime: 195, rejected: 10, failed: 0 },
    classes,
  },
  ...more,
});

const plain = pc.createColors(false);
const coloured = pc.createColors(true);

describe('the progress of a run', () => {
  it('shows the time, the latest rates and latencies, and the totals', () => {
    assert.deepEqual(formatProgress(view([queryOf('digits', 200)]), 100, plain), [
      '██████████░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░  1:15 of 5:00, 3:45 left',
      'now    200.0/s intended   199.0/s sent   195.0/s answered   5 in flight',
      '       p50 2.10 ms   p99 2.10 ms   48.8 % on time',
      'total  12345 sent   12000 answered   89.1 % on time   340 rejected   0 failed',
    ]);
  });

  it('adds a table of several queries, whose last columns a narrow terminal lacks', () => {
    const classes = [queryOf('digits, fast', 100), queryOf('shapes', 20)];
    const table = (width: number): readonly string[] => formatProgress(view(classes), width, plain).slice(-3);
    assert.deepEqual(table(100), [
      'QUERY         ANSWERED  ON TIME  P50 MS  P99 MS  REJECTED  FAILED',
      'digits, fast    50.0/s   48.5 %    2.10    2.10     1.5/s   0.0/s',
      'shapes          10.0/s   43.5 %    2.10     250     1.5/s   0.0/s',
    ]);
    assert.deepEqual(table(40), [
      'QUERY         ANSWERED  ON TIME  P50 MS',
      'digits, fast    50.0/s   48.5 %    2.10',
      'shapes          10.0/s   43.5 %    2.10',
    ]);
  });

  it('is narrower than any terminal', () => {
    const classes = [queryOf('a query with a long name', 100), queryOf('shapes', 20)];
    for (const phase of ['warm-up', 'sending', 'waiting'] as const)
      for (let width = 10; width < 130; width++) {
        const lines = formatProgress(view(classes, { phase }), width, coloured).map(stripVTControlCharacters);
        assert.ok(Math.max(...lines.map(({ length }) => length)) < width, `${width}:\n${lines.join('\n')}`);
      }
  });

  it('names the phases other than sending', () => {
    const firstLine = (more: Partial<ProgressView>): string => formatProgress(view([], more), 80, plain)[0] ?? '';
    assert.match(
      firstLine({ phase: 'warm-up', elapsedMs: 1_000, lengthMs: 5_000 }),
      /0:01 of 0:05, warm-up \(not counted\)$/,
    );
    assert.match(firstLine({ phase: 'waiting', elapsedMs: 301_000 }), /5:00 of 5:00, waiting for 5 in flight$/);
  });

  it('has no intended rate in a closed loop, and no latency without answers', () => {
    const [, now, latency] = formatProgress(view([], { intended: undefined }), 80, plain);
    assert.match(now ?? '', /^now {4}199\.0\/s sent/);
    assert.match(latency ?? '', /p50 - ms {3}p99 - ms/);
  });

  it('is one line of a log', () => {
    assert.equal(
      formatProgressLine(view([queryOf('digits', 200)], { elapsedMs: 3_700_000, lengthMs: 7_200_000 })),
      '1:01:40 of 2:00:00: 199.0/s sent, 195.0/s answered, p50 2.10 ms, p99 2.10 ms, 48.8 % on time, 340 rejected, 0 failed, 5 in flight',
    );
  });
});
