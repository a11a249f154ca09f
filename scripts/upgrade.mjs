// `npm run test:upgrade`: builds the previous release, and replaces its services by those of the current build under
// load.
//   npm run test:upgrade -- --json FILE      also writes the measurements to a JSON file
//   npm run test:upgrade -- "one machine"    runs only the tests whose title contains the text
import './require-node.mjs';
import { parseArgs } from 'node:util';
import { buildPreviousRelease, findPreviousRelease } from './previous-release.mjs';
import { runTests, summary } from './run-tests.mjs';
import { setUp } from './setup.mjs';
import { main } from './steps.mjs';

await main(async () => {
  const { values, positionals } = parseArgs({
    // pnpm passes '--' on to the script, npm does not.
    args: process.argv.slice(2).filter((argument) => argument !== '--'),
    options: { json: { type: 'string' } },
    allowPositionals: true,
  });
  const release = await findPreviousRelease();
  await setUp();
  const folder = await buildPreviousRelease(release);
  const args = [
    ...['test/upgrade/**/*.test.ts', `--previous=${folder}`],
    ...(positionals.length > 0 ? ['--fgrep', positionals.join(' ')] : []),
    ...(values.json === undefined ? [] : [`--json=${values.json}`]),
  ];
  const counts = await runTests([args]);
  console.log(summary(counts));
  return counts.failed > 0 ? 1 : 0;
});
