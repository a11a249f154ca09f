// `npm test`: sets up, runs every test, and ends with `N passed, N failed[, N skipped]`.
//   npm test -- packages/core            the tests of a folder, a file or a glob
//   npm test -- "backs off"              the tests whose title contains the text
//   npm test -- --no-skips               a skipped test counts as failed
import './require-node.mjs';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { runTests, summary } from './run-tests.mjs';
import { setUp } from './setup.mjs';
import { main, root } from './steps.mjs';

/** The runs, which take about as long as each other. They go side by side: most tests wait more than they work. */
const everything = [
  ['packages/*/test', 'loadgen/test'],
  ['services/*/test'],
  ['test/e2e', 'test/integration'],
  ['test/conformance', 'test/faults'],
];

const filesIn = (folder) => `${folder}/**/*.test.ts`;

/** What the arguments select, for each run of mocha: paths are specs, anything else is looked for in titles. */
function selections(args) {
  const specs = args.filter((arg) => arg.includes('*') || existsSync(join(root, arg)));
  const words = args.filter((arg) => !specs.includes(arg));
  const expand = (spec) => (!spec.includes('*') && statSync(join(root, spec)).isDirectory() ? filesIn(spec) : spec);
  const runs = specs.length > 0 ? [specs.map(expand)] : everything.map((folders) => folders.map(filesIn));
  return runs.map((run) => [...run, ...(words.length > 0 ? ['--fgrep', words.join(' ')] : [])]);
}

await main(async () => {
  const args = process.argv.slice(2);
  const strict = args.includes('--no-skips');
  await setUp();
  const counts = await runTests(selections(args.filter((arg) => arg !== '--no-skips')));
  console.log(summary(counts));
  return counts.failed > 0 || (strict && counts.skipped > 0) ? 1 : 0;
});
