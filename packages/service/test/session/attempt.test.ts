import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createSeededRng, ParetoError } from '@pareto/core';
import { notLeaderError } from '@pareto/rpc';
import {
  firstAttempt,
  nextAttempt,
  pauseMs,
  type Attempt,
  type StreamOutcome,
  type ControllerTarget,
} from '../../src/session/attempt.js';

const addresses = ['a:1', 'b:1', 'c:1'];
const fresh: Attempt = {
  ...{
    address: 'a:1',
    index: 0,
    acceptFollower: false,
    isNamed: false,
    failures: 0,
    isAtOnce: false,
    hasFollowed: false,
  },
};

const lost: StreamOutcome = { connectedMs: undefined, error: new Error('gone') };
const names = (leader: string): StreamOutcome => ({ connectedMs: undefined, error: notLeaderError(leader) });
const nobody: StreamOutcome = { connectedMs: undefined, error: notLeaderError(undefined) };
const after = (connectedMs: number, error?: unknown): StreamOutcome => ({ connectedMs, error });

/** `b:1`; `b:1 any` when any controller will do; `, later` when a pause goes before. */
function told({ address, acceptFollower, isAtOnce }: Attempt): string {
  return `${address}${acceptFollower ? ' any' : ''}${isAtOnce ? '' : ', later'}`;
}

function walk(target: ControllerTarget, outcomes: readonly StreamOutcome[]): readonly string[] {
  let attempt = fresh;
  return outcomes.map((outcome) => told((attempt = nextAttempt(addresses, attempt, outcome, target))));
}

describe('attempts for a leader', () => {
  const cases: readonly (readonly [string, readonly StreamOutcome[], readonly string[]])[] = [
    ['go round the list', [lost, lost, lost], ['b:1, later', 'c:1, later', 'a:1, later']],
    ['go round while nobody leads', [nobody, nobody], ['b:1, later', 'c:1, later']],
    ['follow a leader that is named, of the list or not', [names('d:1')], ['d:1']],
    [
      'follow with pauses after the first time',
      [names('d:1'), lost, names('d:1'), lost],
      ['d:1', 'b:1, later', 'd:1, later', 'c:1, later'],
    ],
    [
      'follow at once again after a controller stayed',
      [names('b:1'), after(1_000, notLeaderError('c:1'))],
      ['b:1', 'c:1'],
    ],
    ['but not after one that did not', [names('b:1'), after(999, notLeaderError('c:1'))], ['b:1', 'c:1, later']],
    ['do not believe who names itself', [names('a:1')], ['b:1, later']],
    ['go on after a controller that stayed is gone', [after(5_000)], ['b:1, later']],
  ];
  for (const [name, outcomes, expected] of cases) it(name, () => assert.deepEqual(walk('leader', outcomes), expected));

  it('read nothing into other refusals', () => {
    const error = new ParetoError('permission-denied', 'no', { details: { 'pareto-leader': 'd:1' } });
    assert.deepEqual(walk('leader', [{ connectedMs: undefined, error }]), ['b:1, later']);
  });
});

describe('attempts where any controller will do', () => {
  const cases: readonly (readonly [string, readonly StreamOutcome[], readonly string[]])[] = [
    ['look for the leader first', [lost, names('d:1')], ['b:1, later', 'd:1']],
    ['take the one that names a leader who is gone', [names('d:1'), lost], ['d:1', 'a:1 any, later']],
    ['take the one that says that nobody leads', [nobody], ['a:1 any']],
    ['take any other when that one is gone', [nobody, lost, lost], ['a:1 any', 'b:1 any, later', 'c:1 any, later']],
    [
      'try a leader at once that such a one names later, and come back',
      [nobody, after(10_000, notLeaderError('d:1')), lost],
      ['a:1 any', 'd:1', 'a:1 any, later'],
    ],
    ['look for the leader again when such a one is lost', [nobody, after(10_000)], ['a:1 any', 'b:1, later']],
    [
      'take any once the whole list was tried in vain',
      [lost, lost, lost, lost],
      ['b:1, later', 'c:1, later', 'a:1 any, later', 'b:1 any, later'],
    ],
    ['take a leader that steps down', [names('d:1'), nobody], ['d:1', 'd:1 any, later']],
  ];
  for (const [name, outcomes, expected] of cases) it(name, () => assert.deepEqual(walk('any', outcomes), expected));
});

describe('attempts in time', () => {
  const error = fc.constantFrom(
    ...[
      undefined,
      new Error('gone'),
      notLeaderError(undefined),
      notLeaderError('a:1'),
      notLeaderError('b:1'),
      notLeaderError('d:1'),
    ],
  );
  const outcome = fc.record({ connectedMs: fc.option(fc.nat({ max: 3_000 }), { nil: undefined }), error });

  it('are never more than eight within a second, whatever comes of them', () => {
    fc.assert(
      fc.property(
        fc.array(outcome),
        fc.constantFrom<ControllerTarget>('leader', 'any'),
        fc.integer(),
        (outcomes, target, seed) => {
          const rng = createSeededRng(seed);
          let attempt = firstAttempt(addresses, rng);
          let now = 0;
          const began = [now];
          for (const each of outcomes) {
            attempt = nextAttempt(addresses, attempt, each, target);
            now += (each.connectedMs ?? 0) + pauseMs(attempt, rng);
            began.push(now);
          }
          for (const from of began) {
            const within = began.filter((at) => at >= from && at < from + 1_000);
            assert.ok(within.length <= 8, `${within.length} from ${from}`);
          }
        },
      ),
    );
  });

  it('begin all over the list', () => {
    const rng = createSeededRng(1);
    const counts = new Map<string, number>();
    for (let i = 0; i < 300; i++) {
      const { address } = firstAttempt(addresses, rng);
      counts.set(address, (counts.get(address) ?? 0) + 1);
    }
    for (const address of addresses) assert.ok((counts.get(address) ?? 0) > 60, address);
  });
});

describe('pauseMs', () => {
  it('doubles from 100 ms to 2 s, never below half', () => {
    const rng = createSeededRng(1);
    for (const [failures, ceiling] of [
      [1, 100],
      [2, 200],
      [5, 1600],
      [6, 2000],
      [60, 2000],
    ] as const) {
      for (let draw = 0; draw < 50; draw++) {
        const pause = pauseMs({ ...fresh, failures }, rng);
        assert.ok(pause >= ceiling / 2 && pause <= ceiling, `${failures}: ${pause}`);
      }
    }
  });

  it('is none where what was said is acted on', () => {
    assert.equal(pauseMs({ ...fresh, failures: 4, isAtOnce: true }, Math.random), 0);
  });
});
