// `npm run test:faults`: sets up, runs the fault tests at full length, and prints the measurements.
//   npm run test:faults -- --json FILE       also writes the measurements to a JSON file
//   npm run test:faults -- "is killed"       runs only the tests whose title contains the text
//   npm run test:faults -- --short           runs them as short as `npm test` does
import './require-node.mjs';
import { parseArgs } from 'node:util';
import { setUp } from './setup.mjs';
import { main } from './steps.mjs';
import { runTests, summary } from './run-tests.mjs';

await main(async () => {
  const { values, positionals } = parseArgs({
    // pnpm passes '--' on to the script, npm does not.
    args: process.argv.slice(2).filter((argument) => argument !== '--'),
    options: { json: { type: 'string' }, short: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  await setUp();
  const args = [
    'test/faults/**/*.test.ts',
    ...(positionals.length > 0 ? ['--fgrep', positionals.join(' ')] : []),
    ...(values.short ? [] : ['--full']),
    ...(values.json === undefined ? [] : [`--json=${values.json}`]),
  ];
  const counts = await runTests([args]);
  console.log(summary(counts));
  return counts.failed > 0 ? 1 : 0;
});
