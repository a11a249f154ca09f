import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { createSeededRng } from '@pareto/core';
import { createTempFolder, type TempFolder } from '@pareto/testkit';
import { runProgram } from '../../src/program.js';
import { buildRun, buildSettings } from '../support/build-run.js';
import { lognormalRequests } from './simulated-run.js';

describe('loadgen compare', () => {
  let folder: TempFolder;
  let fast: string;
  let slow: string;
  before(async () => {
    folder = await createTempFolder();
    const write = async (name: string, medianMs: number, seed: number): Promise<string> => {
      const load = { seconds: 30, perSecond: 50, medianMs };
      const run = buildRun(buildSettings({ seed }), lognormalRequests(load, createSeededRng(seed)));
      await writeFile(folder.file(name), JSON.stringify(run));
      return folder.file(name);
    };
    fast = await write('fast.json', 10, 1);
    slow = await write('slow.json', 20, 2);
  });
  after(() => folder[Symbol.asyncDispose]());

  async function compare(
    args: readonly string[],
    hasColors: boolean = false,
  ): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
    let [out, err] = ['', ''];
    const stdout = { write: (text: string) => (out += text), hasColors: () => hasColors };
    const stderr = { write: (text: string) => (err += text) };
    const stop = new AbortController().signal;
    const code = await runProgram(['compare', ...args], { stdout, stderr, stop });
    return { code, out, err };
  }

  it('prints what is better and worse', async () => {
    const { code, out } = await compare([fast, slow]);
    assert.equal(code, 0);
    assert.match(
      out,
      /^A {2}.*fast\.json: digits on .*\nB {2}.*slow\.json: digits on .*\n\nWARNING .*\n.*\n {2}seed +1 +2\n/,
    );
    assert.match(out, /\np50 +1\d\.\d ms +\d{2}\.\d ms +\+\d.* <0\.001 {2}worse\n/);
    assert.match((await compare([slow, fast])).out, /\np50 .* <0\.001 {2}better\n/);
    assert.match(
      (await compare([fast, fast])).out,
      /\nB is better than A in 0 and worse in 0 of \d+ compared metrics\.\n/,
    );
  });

  it('prints the same each time', async () => {
    assert.deepEqual(await compare([fast, slow]), await compare([fast, slow]));
  });

  it('prints JSON', async () => {
    const { out } = await compare([fast, slow, '-o', 'json']);
    const { a, settings, metrics } = JSON.parse(out) as {
      readonly [key: string]: unknown;
      readonly metrics: readonly unknown[];
    };
    assert.deepEqual(a, { file: fast, startedAt: '2026-01-31T12:00:00.000Z', bottleneck: null });
    assert.deepEqual(settings, [{ name: 'seed', a: '1', b: '2' }]);
    const keys = ['query', 'metric', 'unit', 'a', 'b', 'difference', 'relative', 'interval95', 'p', 'result'];
    assert.deepEqual(Object.keys(metrics[0] ?? {}), keys);
  });

  it('uses colours on a terminal', async () => {
    assert.ok((await compare([fast, slow], true)).out.includes('\x1b[31mworse\x1b[39m'));
  });

  it('fails with --fail-if-worse only if a metric is worse', async () => {
    assert.equal((await compare([fast, slow, '--fail-if-worse'])).code, 1);
    assert.equal((await compare([slow, fast, '--fail-if-worse'])).code, 0);
  });

  it('rejects files that are not runs, and a missing argument, in one line', async () => {
    const missing = await compare([fast, 'missing.json']);
    assert.deepEqual([missing.code, missing.out], [2, '']);
    assert.match(missing.err, /^loadgen: missing\.json does not exist; expected [^\n]*\n$/);
    const { code, err } = await compare([fast]);
    assert.equal(code, 2);
    assert.match(err, /^loadgen: missing required argument 'b\.json'\n$/);
  });

  it('shows an example in its help', async () => {
    const { code, out } = await compare(['--help']);
    assert.equal(code, 0);
    assert.match(out, /^Usage: npm run loadgen -- compare \[options\] <a\.json> <b\.json>\n/);
    assert.match(out, /\n {2}npm run loadgen -- compare before\.json after\.json\n$/);
  });
});
