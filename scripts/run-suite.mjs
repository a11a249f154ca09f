// Runs the tests of one folder: `npm run test:conformance`, `test:faults`, `test:hostile` and `test:upgrade`.
import { runTests, summary } from './run-tests.mjs';
import { setUp } from './setup.mjs';
import { main, readOptions } from './script.mjs';

const helpOption = { help: { type: 'boolean', short: 'h' } };

/**
 * Runs the tests of `test/<folder>` and prints a summary. `own` are further options, and `argsOf` returns the arguments of
 * mocha for them, or a promise of these. Words select the tests whose title contains them.
 */
export const runSuite = ({ folder, help, own = {}, argsOf = () => [] }) =>
  main(async () => {
    const options = { ...helpOption, ...own };
    const { values, positionals } = readOptions(options, `npm run test:${folder}`);
    if (values.help) {
      console.log(help);
      return 0;
    }
    await setUp();
    const words = positionals.length > 0 ? ['--fgrep', positionals.join(' ')] : [];
    const args = await Promise.resolve(argsOf(values));
    const counts = await runTests([[`test/${folder}/**/*.test.ts`, ...words, ...args]]);
    console.log(summary(counts));
    return counts.failed > 0 ? 1 : 0;
  });
