// Runs mocha and counts the results, for all commands that run tests.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, runTool } from './steps.mjs';

/**
 * Runs mocha once for each list of arguments, all at the same time. Returns the numbers of passed, failed and skipped
 * tests. Shows the output of the first run immediately, and that of the others when they have finished.
 */
export async function runTests([shown, ...others]) {
  const held = others.map((args) => runMocha(args, { inherit: false }));
  const ended = [await runMocha(shown, { inherit: true })];
  for (const each of held) {
    ended.push(await each);
    process.stdout.write(ended.at(-1).output);
  }
  const sum = (name) => ended.reduce((total, { counts }) => total + counts[name], 0);
  const all = (name) => ended.flatMap(({ counts }) => counts[name] ?? []);
  return {
    ...{ passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') },
    ...{ failures: all('failures'), times: all('times'), cpu: all('cpu') },
  };
}

async function runMocha(args, options) {
  const folder = mkdtempSync(join(tmpdir(), 'pareto-test-'));
  const results = join(folder, 'results.json');
  try {
    const reporter = [
      '--reporter',
      join(root, 'scripts/mocha-reporter.cjs'),
      '--reporter-option',
      `results=${results}`,
    ];
    const { code, output } = await runTool('mocha/bin/mocha.js', [...reporter, ...args], options);
    // Missing results mean that a test file could not be loaded.
    const counts = existsSync(results)
      ? JSON.parse(readFileSync(results, 'utf8'))
      : { passed: 0, failed: 0, skipped: 0, failures: [] };
    if (code === 0 || counts.failed > 0) return { counts, output };
    const failures = [`mocha ${args.join(' ')}: ended with exit code ${code}`];
    return { counts: { ...counts, failed: 1, failures }, output };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Formats the failed tests, so that a long run need not be searched for them. */
export const formatFailures = (failures) => ['Failed tests:', ...failures.map((failure) => `  ${failure}`)].join('\n');

export const summary = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
