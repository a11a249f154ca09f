import assert from 'node:assert/strict';
import { formatTable } from '../../src/terminal/table.js';

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

  it('drops columns until the table fits, those with the highest drop number first', () => {
    const narrow = [
      { title: 'NAME', cell: () => 'name' },
      { title: 'FIRST', drop: 2, cell: () => 'x' },
      { title: 'SECOND', drop: 1, cell: () => 'y' },
      { title: 'WHY', flexible: true, drop: 3, cell: () => 'a reason with a very long explanation' },
    ];
    const titles = (width: number): string => formatTable(narrow, [0], { width }).split('\n')[0] ?? '';
    assert.equal(titles(200), 'NAME  FIRST  SECOND  WHY');
    assert.equal(titles(47), 'NAME  FIRST  SECOND  WHY', 'a flexible column counts as narrow');
    assert.equal(titles(30), 'NAME  FIRST  SECOND');
    assert.equal(titles(15), 'NAME  SECOND');
    assert.equal(titles(2), 'NAME');
  });
});
