import assert from 'node:assert/strict';
import { milliseconds, ParetoError, type Clock } from '@pareto/core';
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
): { readonly result: () => PingResult | undefined } {
  let result: PingResult | undefined;
  const answeredAt = milliseconds(clock.now() + 1_000 - answeredAgoMs);
  void ping(link, { timeoutMs: milliseconds(1_000), answeredAt: () => answeredAt, clock }).then(
    (received) => (result = received),
  );
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
    await clock.advance(1);
    assert.deepEqual(result(), { kind: 'lost', reason: 'timeout', error: undefined });
  });

  it('is inconclusive when queries are answered meanwhile', async () => {
    const { result } = start(never, clock, 499);
    await clock.advance(1_000);
    assert.deepEqual(result(), { kind: 'uncertain' });
  });

  it('waits longer when the timer of this process was late', async () => {
    let lateMs = 0;
    const late: Clock = { ...clock, now: () => milliseconds(clock.now() + lateMs) };
    const { result } = start(never, late);
    lateMs = 201;
    await clock.advance(1_000);
    assert.equal(result(), undefined);
    await clock.advance(300);
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
