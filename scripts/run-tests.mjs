// Running mocha and counting: what `npm test` and `npm run test:faults` share.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, runTool } from './steps.mjs';

/** Runs mocha with these arguments, its output to the terminal; answers how many tests passed, failed and were skipped. */
export async function runTests(args) {
  const folder = mkdtempSync(join(tmpdir(), 'pareto-test-'));
  const results = join(folder, 'results.json');
  try {
    const reporter = [
      '--reporter',
      join(root, 'scripts/mocha-reporter.cjs'),
      '--reporter-option',
      `results=${results}`,
    ];
    const { code } = await runTool('mocha/bin/mocha.js', [...reporter, ...args], { inherit: true });
    // Without results a test file could not even be loaded.
    const counts = existsSync(results)
      ? JSON.parse(readFileSync(results, 'utf8'))
      : { passed: 0, failed: 1, skipped: 0 };
    return { ...counts, failed: code !== 0 && counts.failed === 0 ? 1 : counts.failed };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const summary = ({ passed, failed, skipped }) =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
