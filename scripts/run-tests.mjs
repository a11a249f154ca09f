// Runs mocha and counts the results, for all commands that run tests.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, runTool } from './steps.mjs';

/** Maximum number of runs at the same time. */
const lanes = 3;

/**
 * Runs mocha once for each list of arguments, some at the same time, in the given order. Returns the numbers of passed,
 * failed and skipped tests. Shows the output of the first run immediately, and that of the others when it has finished.
 */
export async function runTests(runs) {
  const waiting = runs.map((args, index) => ({ args, inherit: index === 0 }));
  const ended = [];
  let held = '';
  let isShowing = true;
  const lane = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      ended.push(await runMocha(next.args, { inherit: next.inherit }));
      if (next.inherit) isShowing = false;
      else held += ended.at(-1).output;
      if (isShowing) continue;
      process.stdout.write(held);
      held = '';
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  const sum = (name) => ended.reduce((total, { results }) => total + results[name], 0);
  const all = (name) => ended.flatMap(({ results }) => results[name]);
  const failures = all('failures');
  return {
    ...{ passed: sum('passed'), failed: failures.length, skipped: sum('skipped') },
    ...{ failures, times: all('times'), cpu: all('cpu') },
  };
}

async function runMocha(args, options) {
  const folder = mkdtempSync(join(tmpdir(), 'pareto-test-'));
  const path = join(folder, 'results.json');
  try {
    const reporter = ['--reporter', join(root, 'scripts/mocha-reporter.cjs'), '--reporter-option', `results=${path}`];
    const { code, output } = await runTool('mocha/bin/mocha.js', [...reporter, ...args], options);
    // Missing results mean that a test file could not be loaded.
    const results = existsSync(path)
      ? JSON.parse(readFileSync(path, 'utf8'))
      : { passed: 0, skipped: 0, failures: [], times: [], cpu: [] };
    if (code !== 0 && results.failures.length === 0)
      results.failures.push(`mocha ${args.join(' ')}: ended with exit code ${code}`);
    return { results, output };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Formats the failed tests, so that a long run need not be searched for them. */
export const formatFailures = (failures) => ['Failed tests:', ...failures.map((failure) => `  ${failure}`)].join('\n');

export const summary = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
