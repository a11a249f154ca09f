import assert from 'node:assert/strict';
import { milliseconds, ParetoError, type Clock } from '@pareto/core';
import { defaultPingParams, noPings, planPing } from '@pareto/policy';
import { createManualClock, type ManualClock } from '@pareto/testkit';
import { ping, type PingResult } from '../../src/workers/ping.js';
import type { WorkerLink } from '../../src/workers/worker-link.js';

type Pong = Awaited<ReturnType<WorkerLink['ping']>>;

const pong: Pong = { workerId: 'w', incarnation: 'i', draining: false, replicas: [], decisionVersion: 0 };

function linkWith(answer: () => Promise<Pong>): WorkerLink {
  const nothing = (): void => undefined;
  const rest = { infer: () => assert.fail('no query'), onBroken: nothing, abort: nothing, close: nothing };
  return { address: 'w:1', ping: answer, ...rest };
}

/** Pings with a timeout of 1 s. The last query was answered `answeredAgoMs` before the timeout. */
function start(
  link: WorkerLink,
  clock: Clock,
  answeredAgoMs = 5_000,
  isAlive = async (): Promise<boolean> => false,
): { readonly result: () => PingResult | undefined } {
  let result: PingResult | undefined;
  const answeredAt = milliseconds(clock.now() + 1_000 - answeredAgoMs);
  const plan = planPing(noPings, defaultPingParams);
  const options = { plan, params: defaultPingParams, answeredAt: () => answeredAt, isAlive, clock };
  void ping(link, options).then((received) => (result = received));
  return { result: () => result };
}

describe('a ping', () => {
  let clock: ManualClock;
  beforeEach(() => {
    clock = createManualClock();
  });
  const never = linkWith(() => new Promise(() => undefined));

  it('shows that the worker is alive when it is answered', async () => {
    const { result } = start(
      linkWith(async () => pong),
      clock,
    );
    await clock.advance(0);
    assert.deepEqual(result(), { kind: 'alive', response: pong });
  });

  it('shows that the worker is unreachable when it times out', async () => {
    const { result } = start(never, clock);
    await clock.advance(999);
    assert.equal(result(), undefined);
    await clock.advance(3);
    assert.deepEqual(result(), { kind: 'lost', reason: 'timeout', error: undefined });
  });

  it('is inconclusive when queries are answered meanwhile', async () => {
    const { result } = start(never, clock, 400);
    await clock.advance(1_010);
    assert.deepEqual(result(), { kind: 'uncertain' });
  });

  it('is inconclusive when the process is alive, and only too busy to respond', async () => {
    const probedAt: number[] = [];
    const isAlive = async (): Promise<boolean> => probedAt.push(clock.now()) > 0;
    const { result } = start(never, clock, 5_000, isAlive);
    await clock.advance(990);
    assert.equal(result(), undefined, 'the worker may still respond');
    await clock.advance(20);
    assert.deepEqual(result(), { kind: 'uncertain' });
    assert.equal(probedAt.length, 1);
  });

  it('waits longer by the time in which this process could not receive the response', async () => {
    const blockedMs = 400;
    const blocked: Clock = {
      ...clock,
      after: (delay, act) => clock.after(milliseconds(clock.now() === 0 ? delay + blockedMs : delay), act),
    };
    const { result } = start(never, blocked);
    await clock.advance(1_000 + blockedMs - 1);
    assert.equal(result(), undefined);
    await clock.advance(10);
    assert.equal(result()?.kind, 'lost');
  });

  for (const [code, reason] of [
    ['unavailable', 'unreachable'],
    ['cancelled', 'unreachable'],
    ['unauthenticated', 'bad-reply'],
  ] as const) {
    it(`reports ${reason} when it fails with ${code}`, async () => {
      const error = new ParetoError(code, 'no');
      const { result } = start(
        linkWith(() => Promise.reject(error)),
        clock,
      );
      await clock.advance(0);
      assert.deepEqual(result(), { kind: 'lost', reason, error });
    });
  }
});
