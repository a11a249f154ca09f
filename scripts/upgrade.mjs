// `npm run test:upgrade`: builds the previous release, and replaces its services by those of the current build under
// load.
import './require-node.mjs';
import { buildPreviousRelease, findPreviousRelease } from './previous-release.mjs';
import { runSuite } from './run-suite.mjs';

const help = `npm run test:upgrade -- [options] [TEXT]
Replaces services of the previous release by those of the current build under load. TEXT selects the tests whose title
contains it.
Example: npm run test:upgrade -- "one machine"

  --json FILE    also write the measurements to a JSON file`;

await runSuite({
  ...{ folder: 'upgrade', help },
  own: { json: { type: 'string' } },
  async argsOf({ json }) {
    const previous = await buildPreviousRelease(await findPreviousRelease());
    return [`--previous=${previous}`, ...(json === undefined ? [] : [`--json=${json}`])];
  },
});
