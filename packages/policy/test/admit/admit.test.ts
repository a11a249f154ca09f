import assert from 'node:assert/strict';
import { admit, defaultAdmitParams, type Selection } from '../../src/index.js';
import { candidate } from '../support/candidates.js';

const params = { ...defaultAdmitParams, maxHeld: 2, maxHeldBytes: 100 };
const cold: Selection = { kind: 'cold', candidate: candidate(0), position: 0 };
const chosen: Selection = {
  ...{
    kind: 'chosen',
    candidate: candidate(0),
    position: 0,
    predictedMs: 1,
    elapsedMs: 1,
    waitMs: 0,
    maxWaitMs: Infinity,
    batchMs: 1,
    marginMs: 0,
  },
  ...{ degraded: false, missed: undefined },
};
const refused = (reason: Extract<Selection, { kind: 'refused' }>['reason']): Selection => ({
  kind: 'refused',
  reason,
  nearest: undefined,
  soonest: undefined,
});

describe('admit', () => {
  const cases = [
    ['chosen', chosen, 10, { count: 9, bytes: 999 }, 'forward'],
    ['cold, room', cold, 10, { count: 1, bytes: 90 }, 'hold'],
    ['cold, too many', cold, 10, { count: 2, bytes: 0 }, 'resource-exhausted hold-limit'],
    ['cold, too large', cold, 10, { count: 0, bytes: 91 }, 'resource-exhausted hold-limit'],
    ['infeasible', refused('infeasible'), 1, { count: 0, bytes: 0 }, 'failed-precondition infeasible'],
    ['quarantined', refused('quarantined'), 1, { count: 0, bytes: 0 }, 'failed-precondition quarantined'],
    ['overloaded', refused('overloaded'), 1, { count: 0, bytes: 0 }, 'resource-exhausted overloaded'],
    ['unplaceable', refused('unplaceable'), 1, { count: 0, bytes: 0 }, 'resource-exhausted unplaceable'],
    ['too large a batch', refused('batch-too-large'), 1, { count: 0, bytes: 0 }, 'invalid-argument batch-too-large'],
  ] as const;
  for (const [name, selection, bytes, held, expected] of cases) {
    it(name, () => {
      const admission = admit(selection, { requestBytes: bytes, isLateLoad: false }, held, params);
      assert.equal(admission.kind === 'refuse' ? `${admission.code} ${admission.cause}` : admission.kind, expected);
    });
  }
  it('cold, late after the load', () => {
    const late = { requestBytes: 10, isLateLoad: true };
    const usage = { count: 0, bytes: 0 };
    const refusal = admit(cold, late, usage, params);
    assert.equal(refusal.kind === 'refuse' && `${refusal.code} ${refusal.cause}`, 'resource-exhausted late-load');
    assert.equal(admit(chosen, late, usage, params).kind, 'forward');
  });
});
