import assert from 'node:assert/strict';
import { createManualClock } from '@pareto/testkit';
import { createProgressTally } from '../../src/live/progress-tally.js';
import { createProgressView } from '../../src/live/progress-view.js';
import { progressForm, showProgress, type ProgressOutput } from '../../src/live/show-progress.js';

describe('showProgress', () => {
  async function show(output: Partial<ProgressOutput>, ms: number): Promise<string> {
    const clock = createManualClock();
    let written = '';
    const sink = { write: (text: string) => (written += text), ...output };
    const { moments } = progressForm(sink);
    const tally = createProgressTally([{ name: 'digits', objectiveMs: 50 }], moments);
    const view = createProgressView({
      ...{ tally, moments, clock, warmUpMs: 1_000, durationMs: 20_000, signal: new AbortController().signal },
      plan: {
        loop: { kind: 'open', arrivals: Float64Array.from({ length: 210 }, (_, index) => index * 100) },
        classIndexes: new Uint16Array(210),
      },
    });
    const shown = showProgress(sink, view, clock);
    await clock.advance(ms);
    shown[Symbol.dispose]();
    await clock.advance(ms);
    return written;
  }

  it('rewrites its lines on a terminal, and removes them at the end', async () => {
    const written = await show({ isTTY: true, columns: 80, rows: 24 }, 1_200);
    const screens = written.split('\x1b[4A');
    assert.equal(screens.length, 3);
    assert.match(screens[0] ?? '', /0:00 of 0:01, warm-up \(not counted\)/);
    assert.ok(screens[0]?.includes('\x1b[K\nnow    10.0/s intended'));
    assert.match(screens[1] ?? '', /0:00 of 0:20, 0:20 left/);
  });

  it('writes a line every 10 s elsewhere', async () => {
    const lines = (await show({}, 25_000)).split('\n');
    assert.equal(lines.length, 3);
    assert.match(lines[0] ?? '', /^0:09 of 0:20: 0\.0\/s sent/);
    assert.match(lines[1] ?? '', /^0:19 of 0:20: /);
  });
});
