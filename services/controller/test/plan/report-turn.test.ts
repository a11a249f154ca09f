import assert from 'node:assert/strict';
import { hardwareClassId, milliseconds, replicaId, variantId, workerId } from '@pareto/core';
import { createTurnCore, defaultTurnParams } from '@pareto/policy';
import { createControllerMetrics, createLogger } from '@pareto/telemetry';
import { createManualClock } from '@pareto/testkit';
import { createPlanLog } from '../../src/plan/plan-log.js';
import { reportTurn } from '../../src/plan/report-turn.js';
import { emptyMemory } from '../../src/plan/turn-memory.js';
import { recordEvents } from '../support/record-events.js';

describe('reportTurn', () => {
  it('logs why a replica stays whose unload was dropped', () => {
    const clock = createManualClock();
    const term = { since: milliseconds(0), lost: new AbortController().signal };
    const logger = createLogger({ service: 'controller', level: 'silent', format: 'json' });
    const shared = { events: recordEvents(), logger, metrics: createControllerMetrics() };
    const planLog = createPlanLog({ ...shared, clock, leader: { term } });
    const assignment = {
      ...{ replica: replicaId('r1'), variant: variantId('tiny:original'), version: 1 },
      ...{ worker: workerId('w1'), hardwareClass: hardwareClassId('cpu/x') },
    };
    const unload = { kind: 'unload', assignment, reason: 'idle' } as const;
    const plan = { actions: [unload], unmet: [], deferred: [], kept: [], nextAt: milliseconds(Infinity) };
    const dropped = [{ action: unload, reason: 'this controller has led for less than 5 s' }];
    reportTurn(
      { ...shared, planLog },
      emptyMemory(term, createTurnCore(defaultTurnParams)),
      { actions: [], dropped },
      plan,
    );
    assert.deepEqual(planLog.placed(assignment.replica), {
      ...{ replica: assignment.replica, source: undefined },
      reason: 'dropped unload (idle): this controller has led for less than 5 s',
    });
  });
});
