import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseYaml, readYaml } from '../src/yaml-file.js';

describe('parseYaml', () => {
  it('returns the value and the line of each part', () => {
    const { value, lineOf } = parseYaml('# first\na: 1\nb:\n  - c: &x\n      d: 2\n  - *x\n', 'a.yaml');
    assert.deepEqual(value, { a: 1, b: [{ c: { d: 2 } }, { d: 2 }] });
    const lines = [[], ['a'], ['b'], ['b', 0], ['b', 0, 'c'], ['b', 0, 'c', 'd'], ['b', 1], ['b', 1, 'd'], ['b', 9]];
    assert.deepEqual(lines.map(lineOf), [2, 2, 3, 4, 4, 5, 6, 5, 3]);
  });

  const level = (name: string, of: string): string => `${name}: &${name} [${Array(10).fill(of).join(',')}]\n`;
  const invalid: readonly (readonly [what: string, text: string, message: RegExp])[] = [
    ['a syntax error', 'a: [', /^a\.yaml: .*at line 1/],
    ['duplicate keys', 'a: 1\na: 2', /^a\.yaml: Map keys must be unique at line 2/],
    ['tabs', 'a:\n\tb: 2', /^a\.yaml: Tabs are not allowed as indentation at line 2/],
    ['two documents', 'a: 1\n---\nb: 2', /^a\.yaml: Source contains multiple documents.* at line 2/],
    ['an unknown alias', 'a: *x', /^a\.yaml: Unresolved alias/],
    ['an alias of itself', 'a: &x [*x]', /^a\.yaml: an alias refers to the value that contains it/],
    [
      'aliases that multiply',
      level('a', '1') + ['b', 'c', 'd', 'e'].map((name, index) => level(name, `*${'abcd'.charAt(index)}`)).join(''),
      /^a\.yaml: Excessive alias count/,
    ],
    ['deep nesting', '['.repeat(50_000), /^a\.yaml: Maximum call stack size exceeded/],
  ];
  for (const [what, text, message] of invalid)
    it(`rejects ${what}`, () => assert.throws(() => parseYaml(text, 'a.yaml'), { message, code: 'invalid-argument' }));
});

describe('readYaml', () => {
  let folder: string;
  before(async () => (folder = await mkdtemp(join(tmpdir(), 'pareto-yaml-'))));
  after(() => rm(folder, { recursive: true }));

  it('reads a file', async () => {
    const file = join(folder, 'a.yaml');
    await writeFile(file, 'a: 1');
    assert.deepEqual((await readYaml(file)).value, { a: 1 });
  });

  it('rejects a folder, a missing file and a large file', async () => {
    const large = join(folder, 'large.yaml');
    await writeFile(large, `a: ${'x'.repeat(2 ** 20)}`);
    await assert.rejects(readYaml(folder), {
      message: `the scenario ${folder} cannot be read: it is a folder; expected a YAML file`,
    });
    await assert.rejects(readYaml(join(folder, 'none.yaml')), /the scenario .*none\.yaml cannot be read: ENOENT/);
    await assert.rejects(readYaml(large), /large\.yaml cannot be read: it has 1048579 bytes; expected at most 1048576/);
  });
});
