import assert from 'node:assert/strict';
import { parseAllOptions } from '../all/options.js';
import { formatFlags, parseOptions } from '../report/options.js';

describe('the options of a benchmark', () => {
  it('are those of every benchmark and its own', () => {
    assert.deepEqual(
      { ...parseOptions(['only'], ['--', '--only', 'cnn', '--json', 'a.json']) },
      { only: 'cnn', json: 'a.json' },
    );
    assert.throws(() => parseOptions([], ['--only', 'cnn']), /Unknown option '--only'/);
    assert.match(formatFlags(['only']), /^ {2}--json FILE .*\n(.*\n)* {2}--only TEXT /);
  });

  it('need no value for --profile', () => {
    const parse = (...args: readonly string[]): string | undefined => parseOptions(['profile', 'only'], args).profile;
    assert.equal(parse('--profile'), '.cache/profile');
    assert.equal(parse('--profile', '--only', 'cnn'), '.cache/profile');
    assert.equal(parse('--profile', 'folder'), 'folder');
    assert.match(formatFlags(['profile']), /--profile \[FOLDER\] .* \(default: \.cache\/profile\)/);
  });

  it('need a number of at least 1 for --jobs', () => {
    assert.equal(parseOptions(['jobs'], ['--jobs', '4']).jobs, '4');
    for (const jobs of ['0', '1.5', 'all'])
      assert.throws(() => parseOptions(['jobs'], ['--jobs', jobs]), /--jobs expects/);
  });

  it('do not replace a baseline by a partial run', () => {
    for (const partial of [['--only', 'cnn'], ['--quick'], ['--long']])
      assert.throws(
        () => parseOptions(['only', 'quick', 'long'], ['--save', ...partial]),
        /--save replaces the whole baseline/,
      );
    assert.throws(() => parseAllOptions(['--save', '--quick']), /--save replaces whole baselines/);
  });
});

describe('the options of all benchmarks', () => {
  it('select benchmarks by name', () => {
    assert.deepEqual(parseAllOptions(['--only', 'plan,fleet']).names, ['plan', 'fleet']);
    assert.ok(parseAllOptions([]).names.length > 10);
  });

  it('reject an unknown name', () => {
    assert.throws(() => parseAllOptions(['--only', 'flet']), /there is no benchmark "flet"/);
  });
});
