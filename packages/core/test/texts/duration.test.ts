import assert from 'node:assert/strict';
import { formatDuration, parseDuration } from '../../src/texts/duration.js';

describe('durations', () => {
  it('are parsed with and without a unit', () => {
    const texts = ['90', '1.5', '500ms', '90s', '30m', '1h', '0'];
    assert.deepEqual(texts.map(parseDuration), [90_000, 1_500, 500, 90_000, 1_800_000, 3_600_000, 0]);
    const invalid = ['', '-1', '1d', 's', '1 2', 'fast', '9'.repeat(400)];
    assert.deepEqual(
      invalid.map(parseDuration),
      invalid.map(() => undefined),
    );
  });

  it('are formatted in their two largest units', () => {
    const times = [0, 500, 1_000, 2_500, 60_000, 90_000, 1_800_000, 3_600_000, 171_061_000];
    assert.deepEqual(times.map(formatDuration), ['0s', '500ms', '1s', '2.5s', '1m', '1m 30s', '30m', '1h', '47h 31m']);
  });
});
