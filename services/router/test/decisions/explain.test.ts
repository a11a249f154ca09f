import assert from 'node:assert/strict';
import { fallbackObjective, ParetoError } from '@pareto/core';
import { createTrace } from '@pareto/policy';
import type { CallHead, ServerCall } from '@pareto/rpc';
import { createTokenAccess } from '@pareto/service';
import { createLogger } from '@pareto/telemetry';
import { createManualClock } from '@pareto/testkit';
import { createNonces, formatDecisionId } from '../../src/decisions/decision-id.js';
import { createDecisionLog } from '../../src/decisions/decision-log.js';
import { createOtherRouters } from '../../src/decisions/other-routers.js';
import { explain } from '../../src/decisions/explain.js';
import { domainTable } from '../support/domain-table.js';

describe('Explain', () => {
  const clock = createManualClock();
  const table = domainTable({ a: { ms: 2, replicas: 1 } });
  const target = table.targets.get('digits') ?? assert.fail();
  const decisions = createDecisionLog({ router: 'r1', slots: 4, nextNonce: createNonces(), clock });
  const id = decisions.next();
  const decided = {
    target,
    objective: fallbackObjective,
    tableVersion: table.version,
    chosen: 0,
    trace: createTrace(),
  };
  decisions.record(id, { ...decided, outcome: 'chosen' });

  const logger = createLogger({ service: 'router', level: 'silent', format: 'json' });
  const asked: string[] = [];
  const access = {
    ...createTokenAccess('0123456789abcdef', { role: 'router', clock, logger }),
    requireReader(_call: CallHead, what: string) {
      asked.push(what);
      throw new ParetoError('permission-denied', 'not an operator');
    },
  };
  const otherRouters = createOtherRouters({ access, addresses: () => [] });
  const options = { routerId: 'r1', decisions, table: () => table, access, otherRouters };
  const { signal } = new AbortController();
  const call: ServerCall = {
    ...{ metadata: new Map(), peer: 'test', peerRole: undefined, receivedAt: clock.now() },
    ...{ signal, cancellation: signal, remainingMs: () => undefined, setTrailer: () => undefined },
  };

  it('answers every caller that has the id', async () => {
    assert.equal((await explain(options, formatDecisionId(id), call)).outcome, 'chosen');
    assert.deepEqual(asked, []);
  });

  it('returns the last decision to operators only', async () => {
    await assert.rejects(explain(options, '', call), { code: 'permission-denied' });
    assert.deepEqual(asked, ['pareto.v1.Inference/Explain without a decision id']);
    const open = { ...options, access: { ...access, requireReader: () => undefined } };
    assert.equal((await explain(open, '', call)).decisionId, formatDecisionId(id));
  });
});
