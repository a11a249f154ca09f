// Runs the tests of one folder: `npm run test:conformance`, `test:faults`, `test:hostile` and `test:upgrade`.
import { runTests, summary } from './run-tests.mjs';
import { setUp } from './setup.mjs';
import { main, readOptions, StepError } from './steps.mjs';

const helpOption = { help: { type: 'boolean', short: 'h' } };
const hopOption = { hop: { type: 'string' } };
const hopHelp =
  '  --hop NAME     transport of queries: grpc-js, http2 or frames. The default of the services if omitted';

/**
 * Runs the tests of `test/<folder>` and prints a summary. `own` are further options, and `argsOf` returns the arguments of
 * mocha for them, or a promise of these. Words select the tests whose title contains them. `hasHop` is false if the tests
 * choose the transports.
 */
export const runSuite = ({ folder, help, own = {}, argsOf = () => [], hasHop = true }) =>
  main(async () => {
    const options = { ...helpOption, ...(hasHop ? hopOption : {}), ...own };
    const { values, positionals } = readOptions(options, `npm run test:${folder}`);
    if (values.help) {
      console.log(hasHop ? `${help}\n${hopHelp}` : help);
      return 0;
    }
    await setUp();
    if (hasHop) await useHop(values.hop);
    const words = positionals.length > 0 ? ['--fgrep', positionals.join(' ')] : [];
    const args = await Promise.resolve(argsOf(values));
    const counts = await runTests([[`test/${folder}/**/*.test.ts`, ...words, ...args]]);
    console.log(summary(counts));
    return counts.failed > 0 ? 1 : 0;
  });

/** Selects the transport of queries of every service that the tests start, and prints it. */
async function useHop(hop) {
  const { commonFlags } = await import('../packages/service/dist/index.js');
  const { choices, default: preset } = commonFlags.hop;
  if (hop !== undefined && !choices.includes(hop))
    throw new StepError(`--hop must be one of ${choices.join(', ')}, for example --hop frames, but is "${hop}".`);
  if (hop !== undefined) process.env.PARETO_HOP = hop;
  console.log(`Transport of queries: ${process.env.PARETO_HOP ?? preset}`);
}
