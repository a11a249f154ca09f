import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { policyNamed } from '../../src/baselines/policies.js';
import { readScenarioFile } from '../../src/scenario-file/read-scenario-file.js';
import { simulate } from '../../src/simulate/simulate.js';
import { openSolver } from '../baselines/support/open-solver.js';

const folder = fileURLToPath(new URL('../../../../examples/simulate/', import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

/** Part of each example that is simulated. */
const durationMs = 15_000;

describe('the examples of scenarios', function () {
  this.timeout(120_000);
  const solver = openSolver();
  after(() => solver.close());

  for (const file of files)
    it(`${file} answers its queries`, async () => {
      const { scenario, policies = ['pareto'] } = await readScenarioFile(`${folder}${file}`);
      for (const name of policies) {
        const { totals } = await simulate({ ...scenario, durationMs }, policyNamed(name), 1, { solver });
        assert.ok(totals.asked > 100 && totals.answered > 0.5 * totals.asked, `${name}: ${JSON.stringify(totals)}`);
      }
    });
});
