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
const dropped = new ParetoError('unavailable', 'Connection dropped');
const notReached: FailureKind = { kind: 'not-reached' };
const refusedStream = fromServiceError(
  Object.assign(new Error('14 UNAVAILABLE'), {
    ...{ code: status.UNAVAILABLE, details: 'Stream refused by server', metadata: new Metadata() },
  }),
);

describe('classifyFailure', () => {
  const cases: readonly (readonly [string, unknown, boolean, FailureKind])[] = [
    ['an error that names the leader', notLeaderError('c:1'), true, { kind: 'leader', address: 'c:1' }],
    ['no leader', notLeaderError(undefined), true, { kind: 'no-leader' }],
    ['another failed precondition', new ParetoError('failed-precondition', 'no'), true, { kind: 'final' }],
    ['no connection before the call', dropped, false, { kind: 'not-reached' }],
    ['a stream refused by the server', refusedStream, true, { kind: 'not-reached' }],
    [
      'a wrapped error of a refused stream',
      new ParetoError('unavailable', 'x', { cause: refusedStream }),
      true,
      { kind: 'not-reached' },
    ],
    [
      'a similar text that is not of gRPC',
      new ParetoError('unavailable', 'Stream refused by server'),
      true,
      { kind: 'outcome-unknown' },
    ],
    ['a broken connection', dropped, true, { kind: 'outcome-unknown' }],
    ['a deadline', new ParetoError('deadline-exceeded', 'late'), true, { kind: 'outcome-unknown' }],
    ['an error of the handler', new ParetoError('not-found', 'none'), true, { kind: 'final' }],
    ['an exception other than ParetoError', new Error('defect'), true, { kind: 'final' }],
  ];
  for (const [name, error, isConnected, expected] of cases) {
    it(`classifies ${name}`, () => assert.deepEqual(classifyFailure(error, isConnected), expected));
  }

  it('recognises by the details, with any text, that no controller leads', () => {
    const reworded = new ParetoError('unavailable', 'an election is in progress', { details: { 'pareto-leader': '' } });
    assert.equal(leaderOf(reworded), '');
    assert.deepEqual(notLeaderError(undefined).details, { 'pareto-leader': '' });
    assert.equal(notLeaderError(undefined, 'retry in a moment').message, 'no controller leads now: retry in a moment');
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
    ['tries each controller of the list once', [notReached, notReached, notReached], ['b:1', 'c:1', 'unreachable']],
    ['calls a named leader that is not in the list', [leader('d:1')], ['d:1']],
    [
      'returns to the controller that named an unreachable leader, and pauses',
      [notReached, leader('a:1'), notReached, leader('a:1'), notReached, leader('c:1')],
      ['b:1', 'a:1', 'b:1 later', 'a:1', 'b:1 later', 'c:1'],
    ],
    [
      'cycles through the controllers while none leads',
      Array(4).fill({ kind: 'no-leader' }),
      ['b', 'c', 'a', 'b'].map((x) => `${x}:1 later`),
    ],
    [
      'continues while some controllers respond',
      [{ kind: 'no-leader' }, notReached, notReached, notReached, notReached],
      ['b:1 later', 'c:1', 'a:1', 'b:1 later', 'c:1'],
    ],
    [
      'pauses if controllers keep naming each other',
      ['b:1', 'a:1', 'b:1', 'a:1'].map(leader),
      ['b:1', 'a:1', 'b:1', 'a:1 later'],
    ],
    ['pauses if a controller names itself', [leader('a:1')], ['a:1 later']],
    ['gives up if a call that is not repeatable may have been executed', [{ kind: 'outcome-unknown' }], ['give-up']],
    ['gives up after a final error', [{ kind: 'final' }], ['give-up']],
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
        let immediate = 0;
        let maxImmediate = 0;
        for (const address of walk(failures, true)) {
          if (address === 'unreachable') break;
          immediate = address.endsWith('later') ? 0 : immediate + 1;
          maxImmediate = Math.max(maxImmediate, immediate);
        }
        assert.ok(maxImmediate <= 12, `${maxImmediate} in a row`);
      }),
    );
  });
});
