// Every attack against a cluster of real processes: other clients notice nothing.

import assert from 'node:assert/strict';
import { groupBy } from '@pareto/core';
import { isFull } from '../support/length.js';
import { type Attack } from './attacks/attack.js';
import { attacks } from './attacks/attacks.js';
import { checkReports, countLosses } from './fixture.js';
import { useFixture } from './shared-fixture.js';

/** Attacks by test: at full length, each is a test, and otherwise each group. */
const tests: ReadonlyMap<string, readonly Attack[]> = groupBy(
  attacks.filter(({ onlyFull = false }) => isFull || !onlyFull),
  ({ group, name }) => (isFull ? name : group),
);

describe('an attack takes nothing from other clients', function () {
  this.timeout(isFull ? 300_000 : 60_000);
  for (const [name, group] of tests) {
    it(name, async () => {
      const { cluster, run } = await useFixture();
      const losses = await countLosses(cluster);
      const reports = await run(group, { full: isFull });
      assert.deepEqual(await countLosses(cluster), losses);
      checkReports(reports, group);
    });
  }
});
