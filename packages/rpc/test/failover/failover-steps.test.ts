import assert from 'node:assert/strict';
import { Metadata, status } from '@grpc/grpc-js';
import fc from 'fast-check';
import { ParetoError } from '@pareto/core';
import {
  classifyFailure,
  leaderOf,
  nextStep,
  notLeaderError,
  startSteps,
  type Step,
  type FailureKind,
} from '../../src/failover/failover-steps.js';
import { fromServiceError } from '../../src/transport/status.js';

const addresses = ['a:1', 'b:1', 'c:1'];
const gone = new ParetoError('unavailable', 'Connection dropped');
const notReached: FailureKind = { kind: 'not-reached' };
const refused = fromServiceError(
  Object.assign(new Error('14 UNAVAILABLE'), {
    ...{ code: status.UNAVAILABLE, details: 'Stream refused by server', metadata: new Metadata() },
  }),
);

describe('classifyFailure', () => {
  const cases: readonly (readonly [string, unknown, boolean, FailureKind])[] = [
    ['an error that names the leader', notLeaderError('c:1'), true, { kind: 'leader', address: 'c:1' }],
    ['no leader', notLeaderError(undefined), true, { kind: 'no-leader' }],
    ['another failed precondition', new ParetoError('failed-precondition', 'no'), true, { kind: 'final' }],
    ['no connection before the call', gone, false, { kind: 'not-reached' }],
    ['sent back unread', refused, true, { kind: 'not-reached' }],
    [
      'sent back unread, wrapped',
      new ParetoError('unavailable', 'x', { cause: refused }),
      true,
      { kind: 'not-reached' },
    ],
    [
      'a similar text that is not of gRPC',
      new ParetoError('unavailable', 'Stream refused by server'),
      true,
      { kind: 'outcome-unknown' },
    ],
    ['a connection that broke', gone, true, { kind: 'outcome-unknown' }],
    ['a deadline', new ParetoError('deadline-exceeded', 'late'), true, { kind: 'outcome-unknown' }],
    ['an answer', new ParetoError('not-found', 'none'), true, { kind: 'final' }],
    ['a defect', new Error('defect'), true, { kind: 'final' }],
  ];
  for (const [name, error, isConnected, expected] of cases) {
    it(name, () => assert.deepEqual(classifyFailure(error, isConnected), expected));
  }

  it('recognises by the details, with any text, that no controller leads', () => {
    const reworded = new ParetoError('unavailable', 'an election is in progress', { details: { 'pareto-leader': '' } });
    assert.equal(leaderOf(reworded), '');
    assert.deepEqual(notLeaderError(undefined).details, { 'pareto-leader': '' });
    assert.equal(notLeaderError(undefined, 'retry in a moment').message, 'no controller leads now: retry in a moment');
  });

  it('recognises by the text of release 0.1 that no controller leads', () => {
    const text = 'no controller leads now: nothing was written; try again in a moment';
    assert.equal(leaderOf(new ParetoError('unavailable', text)), '');
    assert.equal(leaderOf(new ParetoError('failed-precondition', text)), undefined);
  });

  it('finds no leader in other errors', () => {
    assert.equal(leaderOf(new ParetoError('unavailable', 'x', { details: { 'pareto-leader': 'a:1' } })), undefined);
    assert.equal(leaderOf('text'), undefined);
  });
});

function walk(failures: readonly FailureKind[], isRepeatable = false): readonly string[] {
  let step: Step = startSteps(addresses);
  return failures.map((failure) => {
    const next = nextStep(addresses, step, failure, isRepeatable);
    if (next.kind !== 'step') return next.kind;
    ({ step } = next);
    return next.pauseMs === 0 ? step.address : `${step.address} later`;
  });
}

describe('nextStep', () => {
  const leader = (address: string): FailureKind => ({ kind: 'leader', address });
  const cases: readonly (readonly [string, readonly FailureKind[], readonly string[]])[] = [
    ['tries the whole list once', [notReached, notReached, notReached], ['b:1', 'c:1', 'unreachable']],
    ['follows a leader that was named, though it is not of the list', [leader('d:1')], ['d:1']],
    [
      'goes back to who named a leader that is gone, and waits for the next',
      [notReached, leader('a:1'), notReached, leader('a:1'), notReached, leader('c:1')],
      ['b:1', 'a:1', 'b:1 later', 'a:1', 'b:1 later', 'c:1'],
    ],
    [
      'cycles through the controllers while none leads',
      Array(4).fill({ kind: 'no-leader' }),
      ['b', 'c', 'a', 'b'].map((x) => `${x}:1 later`),
    ],
    [
      'goes on while some answer',
      [{ kind: 'no-leader' }, notReached, notReached, notReached, notReached],
      ['b:1 later', 'c:1', 'a:1', 'b:1 later', 'c:1'],
    ],
    ['pauses when each names another', ['b:1', 'a:1', 'b:1', 'a:1'].map(leader), ['b:1', 'a:1', 'b:1', 'a:1 later']],
    ['does not follow one that names itself at once', [leader('a:1')], ['a:1 later']],
    ['does not repeat what may have been done', [{ kind: 'outcome-unknown' }], ['give-up']],
    ['ends with an answer', [{ kind: 'final' }], ['give-up']],
  ];
  for (const [name, failures, expected] of cases) it(name, () => assert.deepEqual(walk(failures), expected));

  it('retries a repeatable call after an unknown outcome', () =>
    assert.deepEqual(walk([{ kind: 'outcome-unknown' }], true), ['b:1 later']));

  it('pauses at least once in every few attempts', () => {
    const failure = fc.oneof(
      fc.constantFrom<FailureKind>({ kind: 'no-leader' }, notReached, { kind: 'outcome-unknown' }),
      fc.constantFrom('a:1', 'b:1', 'd:1').map((address): FailureKind => ({ kind: 'leader', address })),
    );
    fc.assert(
      fc.property(fc.array(failure, { maxLength: 60 }), (failures) => {
        let atOnce = 0;
        let most = 0;
        for (const place of walk(failures, true)) {
          if (place === 'unreachable') break;
          atOnce = place.endsWith('later') ? 0 : atOnce + 1;
          most = Math.max(most, atOnce);
        }
        assert.ok(most <= 12, `${most} in a row`);
      }),
    );
  });
});
