// `npm run test:hostile`: sets up, and runs every attack at full length, with 100,000 generated requests.
//   npm run test:hostile -- "a flood of"     runs only the tests whose title contains the text
//   npm run test:hostile -- --seed 7         generates the requests of a seed again
//   npm run test:hostile -- --short          runs them as short as `npm test` does
import './require-node.mjs';
import { parseArgs } from 'node:util';
import { setUp } from './setup.mjs';
import { main } from './steps.mjs';
import { runTests, summary } from './run-tests.mjs';

await main(async () => {
  const { values, positionals } = parseArgs({
    // pnpm passes '--' on to the script, npm does not.
    args: process.argv.slice(2).filter((argument) => argument !== '--'),
    options: { seed: { type: 'string' }, short: { type: 'boolean', default: false } },
    allowPositionals: true,
  });
  await setUp();
  const args = [
    'test/hostile/**/*.test.ts',
    ...(positionals.length > 0 ? ['--fgrep', positionals.join(' ')] : []),
    ...(values.short ? [] : ['--full']),
    ...(values.seed === undefined ? [] : [`--seed=${values.seed}`]),
  ];
  const counts = await runTests([args]);
  console.log(summary(counts));
  return counts.failed > 0 ? 1 : 0;
});
