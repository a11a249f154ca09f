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

  it('aligns and shortens texts by their width on a terminal', () => {
    const names = [
      { title: 'NAME', cell: (name: string) => name },
      { title: 'N', cell: () => '1' },
    ];
    assert.equal(formatTable(names, ['数字', 'é', '👩‍🔬']), ['NAME  N', '数字  1', 'é     1', '👩‍🔬    1'].join('\n'));
    const short = formatTable(names, ['数字の分類モデル'], { width: 10 });
    assert.equal(short.split('\n')[1], '数…ル   1');
  });

  it('drops columns until the table fits, those with the highest drop number first', () => {
    const narrow = [
      { title: 'NAME', cell: () => 'name' },
      { title: 'FIRST', drop: 2, cell: () => 'x' },
      { title: 'SECOND', drop: 1, cell: () => 'y' },
      { title: 'WHY', text: true, drop: 3, cell: () => 'a reason with a very long explanation' },
    ];
    const titles = (width: number): string => formatTable(narrow, [0], { width, cutsTexts: true }).split('\n')[0] ?? '';
    assert.equal(titles(200), 'NAME  FIRST  SECOND  WHY');
    assert.equal(titles(47), 'NAME  FIRST  SECOND  WHY', 'a text counts as narrow');
    assert.equal(titles(30), 'NAME  FIRST  SECOND');
    assert.equal(titles(15), 'NAME  SECOND');
    assert.equal(titles(5), 'NAME');
  });

  const texts = [
    { title: 'NAME', cell: ({ name }: { readonly name: string }) => name },
    { title: 'WHY', text: true, cell: () => '\x1b[31mbecause of reasons that are long\x1b[39m' },
  ];

  it('wraps texts at spaces, with their colour', () => {
    assert.equal(
      formatTable(texts, [{ name: 'a' }, { name: 'b' }], { width: 33 }),
      [
        'NAME  WHY',
        'a     \x1b[31mbecause of reasons that\x1b[39m',
        '      \x1b[31mare long\x1b[39m',
        'b     \x1b[31mbecause of reasons that\x1b[39m',
        '      \x1b[31mare long\x1b[39m',
      ].join('\n'),
    );
  });

  it('cuts texts at their ends instead if each row must be one line', () => {
    const text = formatTable(texts, [{ name: 'a' }], { width: 33, cutsTexts: true });
    assert.equal(text.split('\n')[1], 'a     \x1b[31mbecause of reasons that a…\x1b[39m');
  });

  it('shortens names in the middle if no column can be dropped', () => {
    const text = formatTable(texts, [{ name: 'a-model-with-a-very-long-name:int8-static' }], { width: 50 });
    assert.equal(text.split('\n')[1], 'a-model-wit…int8-static  \x1b[31mbecause of reasons that\x1b[39m');
  });

  it('leaves out an optional column without cells', () => {
    const optional = [
      ...columns,
      { title: 'ERROR', optional: true, cell: ([name]: readonly [string, number]) => name },
    ];
    assert.match(formatTable(optional, [['', 1]]), /LAST\n/);
    assert.match(formatTable(optional, [['x', 1]]), /ERROR\n/);
  });
});
