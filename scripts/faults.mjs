// `npm run test:faults`: sets up, makes every fault happen in its full length, and prints what was measured.
//   npm run test:faults -- --json FILE       what was measured, for programs
//   npm run test:faults -- "is killed"       the faults whose title contains the text
//   npm run test:faults -- --short           as short as in `npm test`
import './require-node.mjs';
import { parseArgs } from 'node:util';
import { setUp } from './setup.mjs';
import { main } from './steps.mjs';
import { runTests, summary } from './run-tests.mjs';

await main(async () => {
  const { values, positionals } = parseArgs({
    // pnpm passes the '--' on that npm takes away.
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
