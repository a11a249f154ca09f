import assert from 'node:assert/strict';
import fc from 'fast-check';
import { createSeededRng, ParetoError } from '@pareto/core';
import { notLeaderError } from '@pareto/rpc';
import {
  firstAttempt,
  firstMessageMs,
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
    isImmediate: false,
    hasFollowed: false,
  },
};

const lost: StreamOutcome = { connectedMs: undefined, error: new Error('gone') };
const names = (leader: string): StreamOutcome => ({ connectedMs: undefined, error: notLeaderError(leader) });
const noLeader: StreamOutcome = { connectedMs: undefined, error: notLeaderError(undefined) };
const after = (connectedMs: number, error?: unknown): StreamOutcome => ({ connectedMs, error });

/** Returns e.g. `b:1`, `b:1 any` if a follower is accepted, and `b:1, later` with a pause before the attempt. */
function describeAttempt({ address, acceptFollower, isImmediate }: Attempt): string {
  return `${address}${acceptFollower ? ' any' : ''}${isImmediate ? '' : ', later'}`;
}

function walk(target: ControllerTarget, outcomes: readonly StreamOutcome[]): readonly string[] {
  let attempt = fresh;
  return outcomes.map((outcome) => describeAttempt((attempt = nextAttempt(addresses, attempt, outcome, target))));
}

describe('the time for the first message', () => {
  it('grows with the failures, to a bound', () => {
    assert.deepEqual(
      [0, 1, 5, 7, 50].map((failures) => firstMessageMs({ failures })),
      [3_000, 4_000, 8_000, 10_000, 10_000],
    );
  });
});

describe('attempts for a leader', () => {
  const cases: readonly (readonly [string, readonly StreamOutcome[], readonly string[]])[] = [
    ['cycle through the list', [lost, lost, lost], ['b:1, later', 'c:1, later', 'a:1, later']],
    ['cycle through the list while there is no leader', [noLeader, noLeader], ['b:1, later', 'c:1, later']],
    ['follow a named leader, in the list or not', [names('d:1')], ['d:1']],
    [
      'pause before following a second time',
      [names('d:1'), lost, names('d:1'), lost],
      ['d:1', 'b:1, later', 'd:1, later', 'c:1, later'],
    ],
    [
      'follow immediately again after a stable connection',
      [names('b:1'), after(1_000, notLeaderError('c:1'))],
      ['b:1', 'c:1'],
    ],
    ['pause after an unstable connection', [names('b:1'), after(999, notLeaderError('c:1'))], ['b:1', 'c:1, later']],
    ['ignore a controller that names itself', [names('a:1')], ['b:1, later']],
    ['try the next address after a stable connection ends', [after(5_000)], ['b:1, later']],
  ];
  for (const [name, outcomes, expected] of cases) it(name, () => assert.deepEqual(walk('leader', outcomes), expected));

  it('ignore the leader in other errors', () => {
    const error = new ParetoError('permission-denied', 'no', { details: { 'pareto-leader': 'd:1' } });
    assert.deepEqual(walk('leader', [{ connectedMs: undefined, error }]), ['b:1, later']);
  });
});

describe('attempts for any controller', () => {
  const cases: readonly (readonly [string, readonly StreamOutcome[], readonly string[]])[] = [
    ['try to find the leader first', [lost, names('d:1')], ['b:1, later', 'd:1']],
    ['accept a follower that names an unreachable leader', [names('d:1'), lost], ['d:1', 'a:1 any, later']],
    ['accept a follower that reports no leader', [noLeader], ['a:1 any']],
    [
      'accept any other when that follower is lost',
      [noLeader, lost, lost],
      ['a:1 any', 'b:1 any, later', 'c:1 any, later'],
    ],
    [
      'try a leader that the follower names immediately, and come back',
      [noLeader, after(10_000, notLeaderError('d:1')), lost],
      ['a:1 any', 'd:1', 'a:1 any, later'],
    ],
    ['search for the leader again when the follower is lost', [noLeader, after(10_000)], ['a:1 any', 'b:1, later']],
    [
      'accept any once the whole list has failed',
      [lost, lost, lost, lost],
      ['b:1, later', 'c:1, later', 'a:1 any, later', 'b:1 any, later'],
    ],
    ['accept a leader that stepped down', [names('d:1'), noLeader], ['d:1', 'd:1 any, later']],
  ];
  for (const [name, outcomes, expected] of cases) it(name, () => assert.deepEqual(walk('any', outcomes), expected));
});

describe('the rate of attempts', () => {
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

  it('is at most eight within a second, for any outcomes', () => {
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

  it('is spread over the list at the start', () => {
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

  it('is 0 for an immediate attempt', () => {
    assert.equal(pauseMs({ ...fresh, failures: 4, isImmediate: true }, Math.random), 0);
  });
});
