// `npm run test:hostile`: sets up, and runs every attack at full length, with 100,000 generated requests.
import './require-node.mjs';
import { runSuite } from './run-suite.mjs';

const help = `npm run test:hostile -- [options] [TEXT]
Runs every attack at full length. TEXT selects the tests whose title contains it.
Example: npm run test:hostile -- "a flood of"

  --seed NUMBER  generate the requests of a seed again
  --short        run them as short as "npm test" does`;

await runSuite({
  ...{ folder: 'hostile', help },
  own: { seed: { type: 'string' }, short: { type: 'boolean' } },
  argsOf: ({ seed, short }) => [...(short ? [] : ['--full']), ...(seed === undefined ? [] : [`--seed=${seed}`])],
});
