// `npm test`: sets up, runs every test, and ends with `N passed, N failed[, N skipped]`.
//   npm test -- packages/core            the tests of a folder, a file or a glob
//   npm test -- "backs off"              the tests whose title contains the text
//   npm test -- --no-skips               a skipped test counts as failed (CI)
import './require-node.mjs';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setUp } from './setup.mjs';
import { main, root, runTool } from './steps.mjs';

const everything = ['packages/*/test', 'services/*/test', 'loadgen/test', 'test'].map(
  (folder) => `${folder}/**/*.test.ts`,
);

/** What the arguments select: paths are specs, anything else is looked for in titles. */
function selection(args) {
  const specs = args.filter((arg) => arg.includes('*') || existsSync(join(root, arg)));
  const words = args.filter((arg) => !specs.includes(arg));
  const expand = (spec) =>
    !spec.includes('*') && statSync(join(root, spec)).isDirectory() ? `${spec}/**/*.test.ts` : spec;
  return [
    ...(specs.length > 0 ? specs.map(expand) : everything),
    ...(words.length > 0 ? ['--fgrep', words.join(' ')] : []),
  ];
}

async function runTests(args) {
  const folder = mkdtempSync(join(tmpdir(), 'pareto-test-'));
  const results = join(folder, 'results.json');
  try {
    const reporter = [
      '--reporter',
      join(root, 'scripts/mocha-reporter.cjs'),
      '--reporter-option',
      `results=${results}`,
    ];
    const { code } = await runTool('mocha/bin/mocha.js', [...reporter, ...selection(args)], { inherit: true });
    // Without results a test file could not even be loaded.
    const counts = existsSync(results)
      ? JSON.parse(readFileSync(results, 'utf8'))
      : { passed: 0, failed: 1, skipped: 0 };
    return { ...counts, failed: code !== 0 && counts.failed === 0 ? 1 : counts.failed };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

await main(async () => {
  const args = process.argv.slice(2);
  const strict = args.includes('--no-skips');
  await setUp();
  const { passed, failed, skipped } = await runTests(args.filter((arg) => arg !== '--no-skips'));
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  return failed > 0 || (strict && skipped > 0) ? 1 : 0;
});
