import assert from 'node:assert/strict';
import { formatTable } from '../src/table.js';

describe('formatTable', () => {
  const columns = [
    { title: 'NAME', cell: (row: readonly [string, number]) => row[0] },
    { title: 'N', align: 'right' as const, cell: (row: readonly [string, number]) => String(row[1]) },
    { title: 'LAST', cell: () => 'x' },
  ];

  it('pads columns to their widest cell and leaves no trailing space', () => {
    const text = formatTable(columns, [
      ['a', 1],
      ['longer', 1000],
    ]);
    assert.equal(text, ['NAME       N  LAST', 'a          1  x', 'longer  1000  x'].join('\n'));
  });

  it('does not count colours', () => {
    const text = formatTable(columns, [['\x1b[32mab\x1b[39m', 1]]);
    assert.equal(text.split('\n')[1], '\x1b[32mab\x1b[39m    1  x');
  });
});
