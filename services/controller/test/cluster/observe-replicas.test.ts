import assert from 'node:assert/strict';
import { hardwareClassId, milliseconds, replicaId, variantId, type Assignment, type ReplicaReport } from '@pareto/core';
import { createFleetState, defaultFleetParams, noAccuracyMarks, type PlacementVariant } from '@pareto/policy';
import { buildVariant } from '@pareto/testkit';
import { describe, it } from 'mocha';
import { observeReplicas } from '../../src/cluster/observe.js';
import { versionKey } from '../../src/registry/registry-view.js';
import { infoOf, reportOf, w1, workerReport } from '../support/reports.js';

const ms = milliseconds;
const tiny = variantId('tiny:original');
const known: PlacementVariant = {
  ...{ variant: buildVariant({ id: tiny, version: 1 }), measurements: [] },
  ...{ accuracyMarks: noAccuracyMarks, dominatedBy: undefined, dominatedWithin: false },
};
const assignment: Assignment = {
  ...{ replica: replicaId('a'), variant: tiny, version: 1 },
  ...{ worker: w1, hardwareClass: hardwareClassId('c') },
};

describe('the replicas in a snapshot', () => {
  it('count as used now while the last report shows use, and as of the last such report otherwise', () => {
    const fleet = createFleetState(defaultFleetParams);
    const session = { info: infoOf() };
    const registry = {
      assignments: new Map([[w1, [assignment]]]),
      versions: new Map([[versionKey(tiny, 1), known]]),
    };
    const say = (fields: Partial<ReplicaReport>, now: number): unknown =>
      fleet.report(session, { ...workerReport, replicas: [reportOf('a', { state: 'ready', ...fields })] }, ms(now));
    const usedAt = (now: number): number | undefined =>
      observeReplicas({ fleet, registry, now: ms(now) }, w1, new Map([[assignment.replica, ms(0)]]))[0]?.lastUsedAt;
    fleet.join(session, ms(0));
    say({ requests: 0 }, 0);
    assert.equal(usedAt(1_900), 0);
    say({ requests: 5 }, 2_000);
    assert.equal(usedAt(3_900), 3_900, 'the next report may show more queries');
    say({ requests: 5 }, 4_000);
    assert.equal(usedAt(5_900), 2_000);
    say({ requests: 5, runningItems: 1 }, 6_000);
    assert.equal(usedAt(7_000), 7_000);
  });
});
