import assert from 'node:assert/strict';
import { describe, it } from 'mocha';
import { formatBytes } from '../../src/texts/format-bytes.js';

describe('formatBytes', () => {
  it('formats sizes in the largest binary unit that fits', () => {
    assert.deepEqual([0, 1023, 1024, 5 * 2 ** 30].map(formatBytes), ['0 B', '1023 B', '1.0 KiB', '5.0 GiB']);
  });
});
