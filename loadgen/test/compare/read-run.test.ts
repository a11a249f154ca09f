import assert from 'node:assert/strict';
import { parseRun, readRun } from '../../src/compare/read-run.js';
import { buildRun, buildSettings } from '../support/build-run.js';

describe('parseRun', () => {
  const run = buildRun(buildSettings(), [{ code: 'ok' }, { code: 'unavailable' }]);
  const json = JSON.stringify(run, undefined, 2);

  it('returns the run', () => {
    assert.deepEqual(parseRun(json, 'a.json'), JSON.parse(json));
  });

  it('skips the lines that npm prints before it', () => {
    const content = `\n> pareto@1.0.0 loadgen\n> node loadgen/dist/main.js --target digits\n\n${json}\n`;
    assert.equal(parseRun(content, 'a.json').sent, 2);
  });

  const { settings: _, ...withoutSettings } = run;
  const [interval] = run.intervals;
  const invalid: readonly (readonly [title: string, content: string, message: RegExp])[] = [
    ['an empty file', '', /^a\.json is not JSON; expected the JSON of a run, which --json FILE writes$/],
    ['a file that is cut off', json.slice(0, -20), /^a\.json is not JSON; /],
    [
      'another JSON file',
      '{ "name": "x" }',
      /^a\.json is not a report of the load generator; expected the JSON of a run/,
    ],
    ['a list', '[]', /^a\.json is not a report of the load generator; /],
    [
      'the report of another version',
      JSON.stringify(withoutSettings),
      /^a\.json was written by another version of the load generator; repeat the run with this version$/,
    ],
    ['intervals of other classes', JSON.stringify({ ...run, classes: [] }), /another version/],
    [
      'intervals of another form',
      JSON.stringify({ ...run, intervals: [{ ...interval, classes: [{}] }] }),
      /another version/,
    ],
  ];
  for (const [title, content, message] of invalid)
    it(`rejects ${title}`, () =>
      assert.throws(() => parseRun(content, 'a.json'), { code: 'invalid-argument', message }));
});

describe('readRun', () => {
  it('rejects a file that does not exist', async () => {
    const message = 'missing.json does not exist; expected the JSON of a run, which --json FILE writes';
    await assert.rejects(readRun('missing.json'), { code: 'invalid-argument', message });
  });

  it('rejects a folder', async () => {
    await assert.rejects(readRun('.'), /^ParetoError: \. cannot be read: EISDIR/);
  });
});
