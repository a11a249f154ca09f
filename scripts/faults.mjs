// `npm run test:faults`: sets up, runs the fault tests at full length, and prints the measurements.
import './require-node.mjs';
import { runSuite } from './run-suite.mjs';

const help = `npm run test:faults -- [options] [TEXT]
Runs the fault tests at full length. TEXT selects the tests whose title contains it.
Example: npm run test:faults -- "is killed"

  --json FILE    also write the measurements to a JSON file
  --short        run them as short as "npm test" does`;

await runSuite({
  ...{ folder: 'faults', help },
  own: { json: { type: 'string' }, short: { type: 'boolean' } },
  argsOf: ({ json, short }) => [...(short ? [] : ['--full']), ...(json === undefined ? [] : [`--json=${json}`])],
});
