// The streams of routers, on a manual clock.

import assert from 'node:assert/strict';
import { milliseconds, ParetoError, type Task } from '@pareto/core';
import { createDemandWindow } from '@pareto/policy';
import type { wire } from '@pareto/protocol';
import type { DuplexStream, ServerCall } from '@pareto/rpc';
import { createLogger } from '@pareto/telemetry';
import { createManualClock } from '@pareto/testkit';
import { beforeEach, describe, it } from 'mocha';
import { isOfOtherStore, mustRedirect, type RouterSession } from '../../src/routes/router-session.js';
import { createRoutes, type RoutesOptions } from '../../src/routes/routes-service.js';
import { createTableLog } from '../../src/routes/table-log.js';

describe('streams of routers', () => {
  let clock: ReturnType<typeof createManualClock>;
  let names: Map<string, string>;
  let status: { term: RoutesOptions['leader']['term']; elsewhere: string | undefined; storeAgeMs: number };
  let routes: ReturnType<typeof createRoutes>;
  let reached: unknown[];
  let usesReach: boolean;

  beforeEach(async () => {
    reached = [];
    usesReach = false;
    clock = createManualClock();
    names = new Map([['a', '0']]);
    status = {
      term: { since: milliseconds(0), lost: new AbortController().signal },
      elsewhere: undefined,
      storeAgeMs: 0,
    };
    const leader = {
      get term() {
        return status.term;
      },
      get elsewhere() {
        return status.elsewhere;
      },
      notLeaderError: () => new ParetoError('unavailable', 'not the leader'),
    };
    routes = createRoutes({
      table: createTableLog(() => 'e'),
      leader,
      demand: createDemandWindow(),
      rows: (routers) =>
        new Map<string, readonly wire.TableRowInput[]>([
          ['names', Array.from(names, ([key, name]) => ({ key, task: { name } }))],
          ['routers', routers.map((router) => ({ key: `router/${router.routerId}`, router }))],
        ]),
      ready: () => true,
      isOther: (epoch) => epoch === 'of-another-store.1',
      onHeld: () => undefined,
      onWorkerLost: () => undefined,
      usesReach: () => usesReach,
      onWorkersReached: (processes) => void reached.push(...processes),
      storeAgeMs: () => status.storeAgeMs,
      draining: new AbortController().signal,
      clock,
      logger: createLogger({ service: 'test', level: 'silent', format: 'json' }),
    });
    void routes.run(new AbortController().signal);
  });

  function watch(routerId: string, workerReach: wire.WorkerReach | null = null, epoch = '') {
    const messages: wire.TableMessageInput[] = [];
    let blocked: Promise<void> | undefined;
    let unblock = (): void => undefined;
    let hangUp = (): void => undefined;
    const closed = new Promise<void>((resolve) => (hangUp = resolve));
    async function* received(): AsyncGenerator<wire.RouterMessage, void, undefined> {
      const hello = { routerId, address: 'r:1', epoch, revision: 0, acceptFollower: false };
      yield { message: 'hello', hello, demand: null, workerLost: null, workerReach: null };
      if (workerReach) yield { message: 'workerReach', hello: null, demand: null, workerLost: null, workerReach };
      await closed;
    }
    const stream: DuplexStream<wire.RouterMessage, wire.TableMessageInput> = {
      [Symbol.asyncIterator]: received,
      async write(message) {
        messages.push(message);
        await blocked;
      },
      end: () => undefined,
    };
    const { signal } = new AbortController();
    const call: ServerCall = {
      ...{ signal, cancellation: signal, metadata: new Map(), peer: '', peerRole: undefined },
      ...{ receivedAt: clock.now(), remainingMs: () => undefined, setTrailer: () => undefined },
    };
    let ended: unknown;
    Promise.resolve(routes.handlers.watch?.(stream, call)).then(
      () => (ended = 'by itself'),
      (error: unknown) => (ended = error),
    );
    return {
      messages,
      changes: () => messages.filter(({ heartbeat }) => heartbeat !== true),
      ended: () => ended,
      hangUp,
      stopReading: () => void (blocked = new Promise((resolve) => (unblock = resolve))),
      resumeReading() {
        blocked = undefined;
        unblock();
      },
    };
  }
  const change = (value: number): void => {
    names.set('a', String(value));
    routes.touch();
  };
  const nameIn = (message: wire.TableMessageInput | undefined): unknown =>
    message?.rows?.find(({ key }) => key === 'a')?.task?.name;

  it('carry all changes within 100 ms in one message', async () => {
    const router = watch('r1');
    await clock.advance(1_000);
    const before = router.changes().length;
    for (let i = 1; i <= 40; i += 1) {
      change(i);
      await clock.advance(10);
    }
    await clock.advance(200);
    assert.equal(nameIn(router.changes().at(-1)), '40');
    const sent = router.changes().length - before;
    assert.ok(sent >= 4 && sent <= 6, `${sent} messages within 400 ms`);
  });

  it('are refused to a router with the table of another store while nothing is registered in this one', async () => {
    assert.equal(routes.keepsOtherTables(), false);
    const router = watch('r1', null, 'of-another-store.1');
    await clock.advance(100);
    assert.match(String(router.ended()), /not that of your table: keep it/);
    assert.deepEqual([router.messages, routes.keepsOtherTables()], [[], true]);
    await clock.advance(31_000);
    assert.equal(routes.keepsOtherTables(), false);
    assert.equal(watch('r1', null, 'e.2').ended(), undefined);
  });

  it('carry the processes that a router reaches, for which only the leader has a use', async () => {
    const workerReach = { workers: [{ workerId: 'w', incarnation: 'i' }] };
    watch('r1', workerReach);
    await clock.advance(100);
    assert.deepEqual(reached, [{ id: 'w', incarnation: 'i' }]);
    status.term = undefined;
    watch('r2', workerReach);
    await clock.advance(100);
    assert.equal(reached.length, 1);
  });

  it('state within 100 ms that reached workers are used, and that followers have no use for them', async () => {
    const router = watch('r1');
    const uses = (): unknown[] =>
      router.messages.filter(({ heartbeat }) => heartbeat).map(({ reachUnused }) => !reachUnused);
    await clock.advance(150);
    const known = uses().length;
    assert.deepEqual(new Set(uses()), new Set([false]));
    usesReach = true;
    routes.touch();
    await clock.advance(100);
    assert.deepEqual(uses().slice(known), [true]);
    status = { ...status, term: undefined };
    await clock.advance(1_000);
    assert.deepEqual(uses().slice(known), [true, false]);
  });

  it('carry all missed changes in one message to a router that did not read for a while', async () => {
    const [slow, other] = [watch('slow'), watch('other')];
    await clock.advance(1_000);
    slow.stopReading();
    change(1);
    await clock.advance(1_500);
    const before = slow.changes().length;
    for (let i = 2; i <= 20; i += 1) {
      change(i);
      await clock.advance(200);
    }
    assert.equal(slow.changes().length, before, 'no message is queued for it');
    assert.ok(other.changes().length >= 19, 'the other router does not wait for it');
    slow.resumeReading();
    await clock.advance(0);
    assert.deepEqual(slow.changes().slice(before).map(nameIn), ['20']);
  });

  it('carry routers that join together in one message', async () => {
    const one = watch('r0');
    await clock.advance(1_000);
    const before = one.changes().length;
    for (let i = 1; i <= 20; i += 1) watch(`r${i}`);
    await clock.advance(500);
    const later = one.changes().slice(before);
    assert.equal(later.flatMap(({ rows }) => rows ?? []).length, 20);
    assert.ok(later.length <= 2, `${later.length} messages`);
  });

  it('remove the row of a router that left', async () => {
    const [one, two] = [watch('r1'), watch('r2')];
    await clock.advance(500);
    assert.deepEqual(
      routes.routers().map(({ routerId }) => routerId),
      ['r1', 'r2'],
    );
    one.hangUp();
    await clock.advance(500);
    assert.deepEqual(two.changes().at(-1)?.removed, ['router/r1']);
    assert.equal(one.ended(), 'by itself');
    assert.equal(routes.routers().length, 1);
  });

  it('end ten seconds after the last response of the store if the controller lost its leadership', async () => {
    const router = watch('r1');
    await clock.advance(60_000);
    status.term = undefined;
    status.storeAgeMs = 9_000;
    await clock.advance(2_000);
    assert.equal(router.ended(), undefined);
    status.storeAgeMs = 10_000;
    await clock.advance(2_000);
    assert.match(String(router.ended()), /not the leader/);
  });
});

describe('session of a router', () => {
  const session: RouterSession = { acceptFollower: false, since: milliseconds(0), leaderThen: undefined };
  const followerSession: RouterSession = { ...session, acceptFollower: true };
  const cases = [
    ['continues on the leader', session, { leads: true }, 99_999, false],
    [
      'continues on the leader even if the store is unresponsive',
      session,
      { leads: true, storeAgeMs: 99_999 },
      99_999,
      false,
    ],
    ['ends on a former leader when another leads', session, { elsewhere: 'b' }, 1, true],
    ['continues on a former leader while no controller leads', session, {}, 99_999, false],
    ['ends on a follower when a new leader is known', followerSession, { elsewhere: 'b' }, 1, true],
    [
      'continues on a follower with a known leader for less than ten seconds',
      { ...followerSession, leaderThen: 'b' },
      { elsewhere: 'b' },
      9_999,
      false,
    ],
    [
      'ends on a follower with a known leader after ten seconds',
      { ...followerSession, leaderThen: 'b' },
      { elsewhere: 'b' },
      10_000,
      true,
    ],
    ['continues on a follower while no controller leads', followerSession, {}, 99_999, false],
    [
      'ends on a follower whose store is unresponsive after ten seconds',
      followerSession,
      { storeAgeMs: 10_000 },
      10_000,
      true,
    ],
    [
      'continues on a follower whose store is unresponsive for less than ten seconds',
      followerSession,
      { storeAgeMs: 99_999 },
      9_999,
      false,
    ],
  ] as const;
  for (const [what, of, status, now, expected] of cases) {
    it(what, () => {
      const full = { leads: false, elsewhere: undefined, storeAgeMs: 0, ...status };
      assert.equal(mustRedirect(of, full, milliseconds(now)), expected);
    });
  }
});

describe('a table of another store', () => {
  const registry = (tasks: number): Parameters<typeof isOfOtherStore>[2] => ({
    tasks: new Map(Array.from({ length: tasks }, (_, i) => [`t${i}`, {} as Task])),
    architectures: new Map(),
  });

  it('is kept while nothing is registered in this store', () => {
    const identity = { epoch: 'b', declared: 'a' };
    assert.equal(isOfOtherStore('a.1', identity, registry(0)), true);
    assert.equal(isOfOtherStore('a.1', identity, registry(1)), false);
    assert.equal(isOfOtherStore('a.1', { epoch: 'b', declared: 'b' }, registry(0)), false, 'an operator accepted it');
  });

  it('is none of a router without a table, or of another controller with the same store', () => {
    const identity = { epoch: 'b', declared: undefined };
    assert.equal(isOfOtherStore('', identity, registry(0)), false);
    assert.equal(isOfOtherStore('b.1', identity, registry(0)), false);
  });
});
