// The link from the leader to etcd, cut or stalled, while all other links work.

import assert from 'node:assert/strict';
import type { TcpProxy } from '@pareto/testkit';
import { firstBegunAfter, noneFailed, noneLost } from '../support/accounts.js';
import { found } from '../support/findings.js';
import { lengths } from '../support/length.js';
import { listTasks } from '../support/registrar.js';
import { isLeading, sleep, timeUntil, useFixture, type Fixture } from './fixture.js';

describe('a fault of the link from the leader to etcd', function () {
  this.timeout(240_000);
  let fixture: Fixture;
  before(async function () {
    fixture = await useFixture(this);
  });
  beforeEach(() => fixture.mend());

  it('it is cut: another controller leads', () => loseLink(fixture, 'link to etcd cut', (proxy) => proxy.cut()));
  it('it is stalled: another controller leads', () =>
    loseLink(fixture, 'link to etcd stalled', (proxy) => proxy.stall('both')));
  it('responses of etcd are lost: another controller leads', () =>
    loseLink(fixture, 'responses of etcd lost', (proxy) => proxy.stall('down')));
});

/**
 * Asserts that another controller leads, and that the deposed leader receives the writes of the new one after the link
 * is healed.
 */
async function loseLink(fixture: Fixture, fault: string, lose: (proxy: TcpProxy) => void): Promise<void> {
  const { controllers, links } = fixture.cluster;
  const deposed = await fixture.leader();
  const proxies = links?.etcd[controllers.indexOf(deposed)] ?? assert.fail();
  const load = fixture.load();
  const registrar = fixture.registrar(fault.replaceAll(' ', '-'));
  await sleep(lengths.settleMs);

  const lostAt = performance.now();
  proxies.forEach(lose);
  const others = controllers.filter((controller) => controller !== deposed);
  const ledAfterMs = await timeUntil('another to lead', lostAt, async () =>
    (await Promise.all(others.map(isLeading))).includes(true),
  );
  const deposedAfterMs = await timeUntil(
    'the first leader to lose leadership',
    lostAt,
    async () => !(await isLeading(deposed)),
  );
  await sleep(2 * lengths.settleMs);
  for (const proxy of proxies) proxy.heal();
  const healedAt = performance.now();
  await registrar.stop();
  const names = registrar.acknowledged.map(({ name }) => name);
  const convergedMs = await timeUntil('the deposed leader to receive all writes', healedAt, async () => {
    const tasks = await listTasks(deposed.address);
    return names.every((name) => tasks.has(name));
  });

  found({ name: `${fault}: another controller leads`, value: ledAfterMs / 1000, unit: 's', reach: { atMost: 5 } });
  found({ name: `${fault}: leadership lost`, value: deposedAfterMs / 1000, unit: 's', reach: { atMost: 5 } });
  const writtenMs = firstBegunAfter(registrar, lostAt) - lostAt;
  found({ name: `${fault}: registrations resume`, value: writtenMs / 1000, unit: 's' });
  found({ name: `${fault}: up to date after healing`, value: convergedMs / 1000, unit: 's' });
  noneFailed(fault, await load.stop());
  await noneLost(fault, registrar, controllers);
}
