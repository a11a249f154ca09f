import assert from 'node:assert/strict';
import { hardwareClassId, milliseconds, replicaId, variantId, workerId } from '@pareto/core';
import { createTurnCore, defaultTurnParams } from '@pareto/policy';
import { createControllerMetrics, createLogger, type SpanOptions } from '@pareto/telemetry';
import { createManualClock } from '@pareto/testkit';
import { createPlanLog } from '../../src/plan/plan-log.js';
import { reportTurn, traceTurn } from '../../src/plan/report-turn.js';
import { emptyMemory } from '../../src/plan/turn-memory.js';
import { recordEvents } from '../support/record-events.js';
import { recordedTurn } from '../support/recorded-turn.js';

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
    reportTurn({ ...shared, planLog }, emptyMemory(term, createTurnCore(defaultTurnParams)), {
      actions: [],
      dropped,
      plan,
      recorded: recordedTurn(),
    });
    assert.deepEqual(planLog.placed(assignment.replica), {
      ...{ replica: assignment.replica, source: undefined },
      reason: 'dropped unload (idle): this controller has led for less than 5 s',
    });
  });
});

describe('traceTurn', () => {
  it('records a span of a turn that does something, and none each second', () => {
    const spans: SpanOptions['attributes'][] = [];
    const startSpan = (_name: string, { attributes }: SpanOptions = {}) => {
      spans.push(attributes);
      return { traceparent: undefined, recording: true, set: () => undefined, end: () => undefined };
    };
    const tracer = { startSpan, shutdown: () => Promise.resolve() };
    const make = { architecture: 'tiny', version: 1, recipe: 'fp16', worker: workerId('w1'), reason: '' } as const;
    traceTurn(tracer, 'p1', milliseconds(1), { actions: [{ kind: 'make', ...make }] });
    traceTurn(tracer, 'p2', milliseconds(2), { actions: [] });
    assert.deepEqual(spans, [{ plan: 'p1', actions: 1 }]);
  });
});
