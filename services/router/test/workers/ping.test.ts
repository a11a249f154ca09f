import assert from 'node:assert/strict';
import { milliseconds, ParetoError, type Clock } from '@pareto/core';
import { createManualClock, type ManualClock } from '@pareto/testkit';
import { ping, type PingVerdict } from '../../src/workers/ping.js';
import type { WorkerLink } from '../../src/workers/worker-link.js';

type Pong = Awaited<ReturnType<WorkerLink['ping']>>;

const pong: Pong = { workerId: 'w', incarnation: 'i', draining: false, replicas: [] };

function linkWith(answer: () => Promise<Pong>): WorkerLink {
  const rest = { infer: () => assert.fail('no query'), onBroken: () => undefined, close: () => undefined };
  return { address: 'w:1', ping: answer, ...rest };
}

/** A second's timeout; a query was answered so long before it ends. */
function start(
  link: WorkerLink,
  clock: Clock,
  answeredAgoMs = 5_000,
): { readonly verdict: () => PingVerdict | undefined } {
  let verdict: PingVerdict | undefined;
  const answeredAt = milliseconds(clock.now() + 1_000 - answeredAgoMs);
  void ping(link, { timeoutMs: milliseconds(1_000), answeredAt: () => answeredAt, clock }).then((it) => (verdict = it));
  return { verdict: () => verdict };
}

describe('a ping', () => {
  let clock: ManualClock;
  beforeEach(() => {
    clock = createManualClock();
  });
  const never = linkWith(() => new Promise(() => undefined));

  it('that is answered tells that the worker lives', async () => {
    const { verdict } = start(
      linkWith(async () => pong),
      clock,
    );
    await clock.advance(0);
    assert.deepEqual(verdict(), { kind: 'lives', response: pong });
  });

  it('that is not answered in time tells that it is gone', async () => {
    const { verdict } = start(never, clock);
    await clock.advance(999);
    assert.equal(verdict(), undefined);
    await clock.advance(1);
    assert.deepEqual(verdict(), { kind: 'gone', reason: 'silent', error: undefined });
  });

  it('tells nothing when queries are answered meanwhile', async () => {
    const { verdict } = start(never, clock, 499);
    await clock.advance(1_000);
    assert.deepEqual(verdict(), { kind: 'unsure' });
  });

  it('waits a little longer when this process did not look', async () => {
    let lateMs = 0;
    const late: Clock = { ...clock, now: () => milliseconds(clock.now() + lateMs) };
    const { verdict } = start(never, late);
    lateMs = 201;
    await clock.advance(1_000);
    assert.equal(verdict(), undefined);
    await clock.advance(300);
    assert.equal(verdict()?.kind, 'gone');
  });

  for (const [code, reason] of [
    ['unavailable', 'unreachable'],
    ['cancelled', 'unreachable'],
    ['unauthenticated', 'refused'],
  ] as const) {
    it(`that ends ${code} tells that it is ${reason}`, async () => {
      const error = new ParetoError(code, 'no');
      const { verdict } = start(
        linkWith(() => Promise.reject(error)),
        clock,
      );
      await clock.advance(0);
      assert.deepEqual(verdict(), { kind: 'gone', reason, error });
    });
  }
});
