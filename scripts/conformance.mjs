// `npm run test:conformance`: sets up, and tests a cluster with the clients of the Open Inference Protocol.
//   npm run test:conformance -- "perf_analyzer"    the tests whose title contains the text
import './require-node.mjs';
import { setUp } from './setup.mjs';
import { main } from './steps.mjs';
import { runTests, summary } from './run-tests.mjs';

await main(async () => {
  // pnpm passes '--' on to the script, npm does not.
  const words = process.argv.slice(2).filter((argument) => argument !== '--');
  await setUp();
  const filter = words.length > 0 ? ['--fgrep', words.join(' ')] : [];
  const counts = await runTests([['test/conformance/**/*.test.ts', ...filter]]);
  console.log(summary(counts));
  return counts.failed > 0 ? 1 : 0;
});
