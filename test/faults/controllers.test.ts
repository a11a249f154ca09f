// Controllers that are killed, paused or all stopped during queries and registrations.

import assert from 'node:assert/strict';
import { createChannel, createClient } from '@pareto/rpc';
import type { Child } from '@pareto/testkit';
import { firstBegunAfter, noneFailed, noneLost } from '../support/accounts.js';
import { refusalOf } from '../support/client.js';
import { found } from '../support/findings.js';
import { lengths } from '../support/length.js';
import { startPareto } from '../support/pareto.js';
import { listTasks, startRegistrar } from '../support/registrar.js';
import type { ServiceProcess } from '../support/service-process.js';
import { isLeading, sleep, timeUntil, useFixture, type Fixture } from './fixture.js';

describe('a fault of controllers', function () {
  this.timeout(240_000);
  let fixture: Fixture;
  before(async function () {
    fixture = await useFixture(this);
  });
  beforeEach(() => fixture.mend());

  it('the leader is killed: a standby leads, and no acknowledged write and no event of one is lost', async () => {
    const { controllers } = fixture.cluster;
    const leader = await fixture.leader();
    const addresses = controllers.map(({ address }) => address).join(',');
    await using following = startPareto('events', '-f', '-o', 'json', '--controller', addresses);
    const load = fixture.load();
    const registrar = fixture.registrar('killed');
    await sleep(lengths.settleMs);

    const killedAt = performance.now();
    await leader.kill();
    const ledAfterMs = await timeUntil('a standby to lead', killedAt, () => anyLeads(controllers, leader));
    await sleep(lengths.settleMs);
    await registrar.stop();
    await leader.start();

    found({ name: 'leader killed: a standby leads', value: ledAfterMs / 1000, unit: 's', reach: { atMost: 5 } });
    noneFailed('leader killed', await load.stop());
    const writtenAfterMs = firstBegunAfter(registrar, killedAt) - killedAt;
    found({ name: 'leader killed: registrations resume', value: writtenAfterMs / 1000, unit: 's' });
    await noneLost('leader killed', registrar, controllers);
    const written = registrar.acknowledged.map(({ name }) => name).sort();
    const registered = (): readonly string[] =>
      subjectsOf(readEvents(following), 'registry').filter((name) => written.includes(name));
    await timeUntil('all events', performance.now(), () => registered().length >= written.length);
    assert.deepEqual(registered().toSorted(), written);
    const ids = readEvents(following).map(({ id }) => id);
    assert.ok(ids.every((id, i) => i === 0 || id > (ids[i - 1] ?? 0)));
    assert.ok(subjectsOf(readEvents(following), 'leader').length >= 2);
  });

  it('the leader is paused and resumed after another leads: none of its writes succeed', async () => {
    const { controllers } = fixture.cluster;
    const paused = await fixture.leader();
    const load = fixture.load();
    const before = startRegistrar({ controllers: [paused.address], prefix: 'before-pause', everyMs: 5 });
    await sleep(200);

    paused.pause();
    const pausedAt = performance.now();
    await sleep(50);
    const after = startRegistrar({
      controllers: [paused.address],
      prefix: 'in-pause',
      everyMs: 50,
      timeoutMs: 120_000,
    });
    await sleep(500);
    const [stopBefore, stopAfter] = [before.stop(), after.stop()];
    const ledAfterMs = await timeUntil('a standby to lead', pausedAt, () => anyLeads(controllers, paused));
    const registrar = fixture.registrar('meanwhile');
    await sleep(Math.max(0, lengths.pausedMs - (performance.now() - pausedAt)));
    paused.resume();
    await Promise.all([stopBefore, stopAfter]);
    await sleep(lengths.settleMs);
    await registrar.stop();

    const leader = await fixture.leader();
    assert.notEqual(leader.name, paused.name);
    found({ name: 'leader paused: a standby leads', value: ledAfterMs / 1000, unit: 's', reach: { atMost: 5 } });
    noneFailed('leader paused', await load.stop());
    found({ name: 'leader paused: writes sent to it meanwhile', value: after.refused.length, unit: '' });
    found({
      name: 'leader paused: of these writes, acknowledged',
      value: after.acknowledged.length,
      unit: '',
      reach: { exactly: 0 },
    });
    assert.ok(after.refused.length > 0);
    const tasks = await listTasks(leader.address);
    const landed = after.refused.filter(({ name }) => tasks.has(name));
    found({ name: 'leader paused: of these writes, stored', value: landed.length, unit: '', reach: { exactly: 0 } });
    assert.deepEqual([after.acknowledged.length, landed.length], [0, 0], JSON.stringify(after));
    for (const { code, message, leader: named } of after.refused) {
      if (code === 'failed-precondition') assert.equal(named, leader.address);
      else assert.match(`${code}: ${message}`, /^unavailable: .*nothing was written/);
    }
    await noneLost('leader paused', registrar, controllers);
    await noneLost('leader paused, acknowledged just before', before, controllers);
    const loss = paused.logs().find(({ message }) => message === 'leadership lost');
    assert.equal(loss?.level, 'warn');
    assert.match(JSON.stringify(loss), /the lease expired: this process was paused/);
    await isRedirected(paused, leader);
  });

  it('every controller is stopped: queries continue, and routers report their staleness', async () => {
    const { controllers, routers, workers } = fixture.cluster;
    const load = fixture.load();
    await sleep(lengths.settleMs);
    await Promise.all(controllers.map((controller) => controller.kill()));
    const goneAt = performance.now();
    await sleep(lengths.controllersGoneMs);
    for (const router of routers) {
      const metrics = await router.metrics();
      const age = metrics.value('pareto_table_staleness_seconds');
      const goneSeconds = (performance.now() - goneAt) / 1000;
      assert.ok(
        age > goneSeconds - 2 && age < goneSeconds + 3,
        `${router.name} is ${age} s stale after ${goneSeconds} s`,
      );
      assert.equal(metrics.value('pareto_controller_connected'), 0);
    }
    for (const worker of workers) assert.equal((await worker.metrics()).value('pareto_controller_connected'), 0);
    await Promise.all(controllers.map((controller) => controller.start()));
    await fixture.mend();
    noneFailed('every controller gone', await load.stop());
  });
});

const anyLeads = async (controllers: readonly ServiceProcess[], but: ServiceProcess): Promise<boolean> =>
  (await Promise.all(controllers.filter((each) => each !== but).map(isLeading))).includes(true);

interface PrintedEvent {
  readonly id: number;
  readonly kind: string;
  readonly subject: string;
}

/** Returns the events that `pareto events -o json` printed. */
const readEvents = ({ output }: Pick<Child, 'output'>): readonly PrintedEvent[] =>
  output
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as PrintedEvent);

const subjectsOf = (events: readonly PrintedEvent[], wanted: string): readonly string[] =>
  events.filter(({ kind }) => kind === wanted).map(({ subject }) => subject);

/** Asserts that a write to a follower names the leader. */
async function isRedirected(follower: ServiceProcess, leader: ServiceProcess): Promise<void> {
  const channel = createChannel(follower.address);
  try {
    const refusal = await refusalOf(
      createClient(channel, 'pareto.v1.Registry').registerTask({ name: 'x', metric: 'top1' }),
    );
    assert.deepEqual([refusal.code, refusal.details['pareto-leader']], ['failed-precondition', leader.address]);
  } finally {
    channel.close();
  }
}
