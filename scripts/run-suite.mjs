// Runs the tests of one folder: `npm run test:conformance`, `test:faults` and `test:hostile`.
import { parseArgs } from 'node:util';
import { runTests, summary } from './run-tests.mjs';
import { setUp } from './setup.mjs';
import { main, StepError } from './steps.mjs';

const options = { hop: { type: 'string' }, help: { type: 'boolean', short: 'h' } };
const hopHelp =
  '  --hop NAME     transport of queries: grpc-js, http2 or frames. The default of the services if omitted';

/**
 * Runs the tests of `test/<folder>` and prints a summary. `own` are further options, and `argsOf` returns the arguments of
 * mocha for them. Words select the tests whose title contains them.
 */
export const runSuite = ({ folder, help, own = {}, argsOf = () => [] }) =>
  main(async () => {
    const { values, positionals } = readOptions({ ...options, ...own }, folder);
    if (values.help) {
      console.log(`${help}\n${hopHelp}`);
      return 0;
    }
    await setUp();
    await useHop(values.hop);
    const words = positionals.length > 0 ? ['--fgrep', positionals.join(' ')] : [];
    const counts = await runTests([[`test/${folder}/**/*.test.ts`, ...words, ...argsOf(values)]]);
    console.log(summary(counts));
    return counts.failed > 0 ? 1 : 0;
  });

function readOptions(known, folder) {
  // pnpm passes '--' on to the script, npm does not.
  const args = process.argv.slice(2).filter((argument) => argument !== '--');
  try {
    return parseArgs({ args, options: known, allowPositionals: true });
  } catch (error) {
    const [reason] = error.message.split('. ');
    throw new StepError(`${reason}: "npm run test:${folder} -- --help" lists the options.`);
  }
}

/** Selects the transport of queries of every service that the tests start, and prints it. */
async function useHop(hop) {
  const { commonFlags } = await import('../packages/service/dist/index.js');
  const { choices, default: preset } = commonFlags.hop;
  if (hop !== undefined && !choices.includes(hop))
    throw new StepError(`--hop must be one of ${choices.join(', ')}, for example --hop frames, but is "${hop}".`);
  if (hop !== undefined) process.env.PARETO_HOP = hop;
  console.log(`Transport of queries: ${process.env.PARETO_HOP ?? preset}`);
}
