// The log of events in each store: its writes, what it keeps, and what is left of it when the leader changes.

import assert from 'node:assert/strict';
import { milliseconds, systemClock } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import { judgeStore } from '@pareto/policy';
import { openEmbeddedStore, openEtcdStore, type Store, type Transaction } from '@pareto/state';
import { createLogger } from '@pareto/telemetry';
import {
  createFastClock,
  createTempFolder,
  missingEtcd,
  startEtcd,
  waitFor,
  type Etcd,
  type TempFolder,
} from '@pareto/testkit';
import { createEventLog, type EventLog } from '../../src/events/events.js';
import type { Term } from '../../src/leadership/leadership.js';
import { createMirror } from '../../src/storage/mirror.js';
import { prefixes } from '../../src/storage/records.js';
import { clock, startController, type TestController } from '../support/start-controller.js';

let folder: TempFolder;
let etcd: Etcd | undefined;
before(async function () {
  this.timeout(600_000);
  folder = await createTempFolder();
  if ((await missingEtcd('3.4')) === undefined) etcd = await startEtcd({ version: '3.4' });
});
after(async () => {
  await etcd?.[Symbol.asyncDispose]();
  await folder[Symbol.asyncDispose]();
});

let opened = 0;
const stores = {
  embedded: async () => openEmbeddedStore(folder.file(`store-${(opened += 1)}`), { clock }),
  etcd: async ({ endpoints }: Pick<Etcd, 'endpoints'>) =>
    openEtcdStore({
      endpoints,
      prefix: `/events-${(opened += 1)}/`,
      clock: systemClock,
      judge: judgeStore,
      onNotice: () => undefined,
    }),
};

for (const kind of ['embedded', 'etcd'] as const) {
  describe(`the event log on ${kind}`, function () {
    this.timeout(60_000);
    let store: Store;
    let cleanUp: (() => unknown)[] = [];
    beforeEach(async function () {
      if (kind === 'etcd' && etcd === undefined) {
        Object.assign(this.test?.parent ?? {}, { skipReason: await missingEtcd('3.4') });
        return this.skip();
      }
      store = await (etcd !== undefined && kind === 'etcd' ? stores.etcd(etcd) : stores.embedded());
      cleanUp = [() => store[Symbol.asyncDispose]()];
    });
    afterEach(async () => {
      for (const clean of cleanUp.toReversed()) await clean();
      cleanUp = [];
    });

    /** Opens a log whose controller leads. */
    async function openLog(on = store, logClock = clock): Promise<EventLog> {
      const stop = new AbortController();
      const logger = createLogger({ service: 'controller', level: 'silent', format: 'json' });
      const mirror = createMirror({ store: on, clock, logger });
      await mirror.start(stop.signal);
      const term: Term = { since: milliseconds(0), lost: stop.signal };
      const write = async (...[compares, operations]: [Transaction['compares'], Transaction['operations']]) => {
        const { kind: outcome, revision } = await on.transact({ compares, operations });
        await mirror.reached(revision);
        return outcome === 'committed';
      };
      const leader = { term, write, onChange: () => undefined };
      const log = createEventLog({ leader, mirror, clock: logClock, logger });
      const running = log.run(stop.signal);
      cleanUp.push(async () => {
        stop.abort();
        await running;
      });
      return log;
    }
    const add = (log: EventLog, count: number, reason = 'r'.repeat(100)): void => {
      for (let i = 0; i < count; i++) log.add({ kind: 'load', subject: `m${i}:original`, worker: 'w1', reason });
    };
    const records = async (): Promise<readonly string[]> =>
      (await store.range(prefixes.events)).entries.map(({ value }) => value);

    it('writes many events in few records, keeps the newest, and continues the ids', async () => {
      const transactions: Transaction[] = [];
      const transact: Store['transact'] = (transaction) => {
        transactions.push(transaction);
        return store.transact(transaction);
      };
      const counting = Object.create(store, { transact: { value: transact } }) as Store;
      const log = await openLog(counting);
      for (let round = 0; round < 6; round++) {
        add(log, 2_000, `${'r'.repeat(90)} ${round}`);
        await log.flush();
      }
      assert.equal(log.lastId(), 12_000);
      const kept = log.since(0);
      assert.ok(kept.length >= 10_000 && kept.length < 10_300, String(kept.length));
      assert.ok(transactions.length <= 24, `${transactions.length} transactions`);
      const values = await records();
      assert.ok(values.length <= 90, `${values.length} records`);
      assert.ok(values.every((value) => value.length <= 33_000));
      const next = await openLog();
      next.add({ kind: 'leader', subject: 'c2', reason: 'elected' });
      await next.flush();
      assert.deepEqual(
        next.since(11_999).map(({ id }) => id),
        [12_000, 12_001],
      );
    });

    it('gathers events of a second, and counts repeated ones in one place', async () => {
      const fast = createFastClock(100);
      let writes = 0;
      const transact: Store['transact'] = (transaction) => {
        writes += 1;
        return store.transact(transaction);
      };
      const log = await openLog(Object.create(store, { transact: { value: transact } }) as Store, fast);
      for (let i = 0; i < 20; i++) {
        add(log, 1 + (i % 3));
        await fast.sleep(milliseconds(100));
      }
      await log.flush();
      assert.ok(writes <= 5, `${writes} writes`);
      assert.deepEqual(new Set(log.since(0).map(({ subject }) => subject)).size, 3);
      await fast.sleep(milliseconds(61_000));
      add(log, 1);
      await log.flush();
      const repeated = log.since(0).filter(({ subject }) => subject === 'm0:original');
      assert.deepEqual(
        repeated.map(({ count }) => count),
        [21],
      );
    });

    it('does not repeat events of a write whose outcome was unknown', async () => {
      let isBroken = true;
      const transact: Store['transact'] = async (transaction) => {
        const result = await store.transact(transaction);
        if (isBroken) throw new Error('the connection broke');
        return result;
      };
      const log = await openLog(Object.create(store, { transact: { value: transact } }) as Store);
      add(log, 3);
      await log.flush();
      isBroken = false;
      add(log, 5);
      await log.flush();
      await log.flush();
      assert.deepEqual(
        log.since(0).map(({ id, subject }) => `${id} ${subject}`),
        [0, 1, 2, 3, 4].map((i) => `${i + 1} m${i}:original`),
      );
    });

    /** Starts a controller. Once `isCut()`, its writes of events are lost. */
    async function start(isCut = (): boolean => false): Promise<TestController> {
      const transact: Store['transact'] = async (transaction) => {
        const { operations } = transaction;
        if (isCut() && operations.some((one) => one.kind === 'put' && one.key.startsWith(prefixes.events)))
          throw new Error('the controller was killed');
        return store.transact(transaction);
      };
      const own = Object.create(store, { transact: { value: transact } }) as Store;
      const controller = await startController(folder.path, {}, { store: own });
      cleanUp.push(() => controller[Symbol.asyncDispose]());
      return controller;
    }
    const depose = async (): Promise<void> => {
      const [oldest] = (await store.range('election/')).entries.toSorted((a, b) => a.createRevision - b.createRevision);
      await store.transact({ compares: [], operations: [{ kind: 'delete', key: oldest?.key ?? '' }] });
    };
    /** Follows the events of whichever controller leads, as the command does. */
    function follow(controllers: readonly TestController[]): readonly wire.EventsResponse[] {
      const received: wire.EventsResponse[] = [];
      const stop = new AbortController();
      const running = (async () => {
        for (let i = 0; !stop.signal.aborted; i++) {
          const request = { follow: true, name: '', afterId: received.at(-1)?.id ?? 0 };
          const { fleet } = controllers[i % controllers.length] ?? assert.fail();
          try {
            for await (const event of fleet.events(request, { signal: stop.signal })) received.push(event);
          } catch {
            await clock.sleep(milliseconds(50));
          }
        }
      })();
      cleanUp.push(async () => {
        stop.abort();
        await running;
      });
      return received;
    }
    const reasonsOf = (events: readonly wire.EventsResponse[]): readonly string[] =>
      events.map(({ subject, reason }) => `${subject} ${reason}`);

    it('has the events of all leaders, and followers miss and repeat none', async () => {
      let isCut = false;
      const leader = await start(() => isCut);
      await waitFor('a leader', async () => ((await store.range('election/')).entries.length === 1 ? true : undefined));
      const standby = await start();
      const received = follow([leader, standby]);
      await leader.registry.registerTask({ name: 'first', metric: 'top1' });
      await waitFor('the event', () =>
        reasonsOf(received).includes('first the task was registered') ? true : undefined,
      );
      isCut = true;
      await leader.registry.registerTask({ name: 'second', metric: 'top1' });
      await clock.sleep(milliseconds(200));
      await depose();
      await waitFor('the next leader', () =>
        received.filter(({ reason }) => reason === 'elected').length === 2 ? true : undefined,
      );
      const { registry } = (await isLeading(standby)) ? standby : leader;
      isCut = false;
      await registry.registerTask({ name: 'third', metric: 'top1' });
      await waitFor('the last event', () =>
        reasonsOf(received).includes('third the task was registered') ? true : undefined,
      );
      const registered = received.filter(({ reason }) => reason === 'the task was registered');
      assert.deepEqual(
        registered.map(({ subject }) => subject),
        ['first', 'second', 'third'],
      );
      assert.ok(received.every(({ id }, i) => i === 0 || id > (received[i - 1]?.id ?? 0)));
      const stored = (await records()).flatMap((value) => (JSON.parse(value) as { events: { id: number }[] }).events);
      assert.deepEqual(
        stored.map(({ id }) => id),
        received.map(({ id }) => id),
      );
    });
  });
}

const isLeading = ({ fleet }: TestController): Promise<boolean> =>
  fleet.overview({}).then(
    ({ leader }) => leader !== '',
    () => false,
  );
