// etcd loses the data of a running cluster, during queries.

import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { wire } from '@pareto/protocol';
import { createTempFolder, waitFor, type TempFolder } from '@pareto/testkit';
import { noneFailed } from '../support/accounts.js';
import { found } from '../support/findings.js';
import { lengths } from '../support/length.js';
import { overviewOf } from '../support/overview.js';
import { pareto, startPareto } from '../support/pareto.js';
import { listTasks } from '../support/registrar.js';
import type { ServiceProcess } from '../support/service-process.js';
import { servingReplicas, sleep, useFixture, type Fixture } from './fixture.js';

describe('an etcd that lost its data', function () {
  this.timeout(240_000);
  let fixture: Fixture;
  let folder: TempFolder;
  let backup: string;
  before(async function () {
    folder = await createTempFolder();
    fixture = await useFixture(this);
    backup = folder.file('backup');
    await fixture.mend();
    await fixture.leader();
    await pareto('backup', backup, ...controllersOf(fixture));
  });
  after(() => folder[Symbol.asyncDispose]());
  beforeEach(() => fixture.mend());

  it('gets no key until a backup is restored with the pareto command: no query fails', async () => {
    const [first, second] = controllerPair(fixture);
    const load = fixture.load();
    const serving = await servingReplicas(fixture);
    await fixture.etcd.wipe();
    await untilLost(fixture, 'emptied');
    await checkStatus(fixture, /the store is empty/);
    assert.equal((await second.metrics()).value('pareto_store_lost'), 1);
    await restartInVain(first);
    assert.equal(await countKeys(fixture), 0);

    assert.match(await pareto('restore', backup, '--controller', second.address), /restored \d+ tasks and \d+ models?/);
    await untilUsed(fixture);
    noneFailed('etcd wiped, pareto restore', await load.stop());
    await noneUnloaded(fixture, serving);
    const events = await pareto('events', '--warnings', '-o', 'json', ...controllersOf(fixture));
    assert.match(events, /the store is empty/);
  });

  it('is filled by a controller that starts with --restore: no query fails', async () => {
    const [first, second] = controllerPair(fixture);
    const load = fixture.load();
    const serving = await servingReplicas(fixture);
    await fixture.etcd.wipe();
    await untilLost(fixture, 'emptied');
    await first.stop();
    first.launch(['--restore', backup]);
    await untilUsed(fixture);
    noneFailed('etcd wiped, --restore', await load.stop());
    await noneUnloaded(fixture, serving);
    assert.ok((await listTasks(second.address)).has('digits'));
  });

  it('is used if a controller starts with --accept-empty-store', async () => {
    const [first] = controllerPair(fixture);
    await fixture.etcd.wipe();
    await untilLost(fixture, 'emptied');
    await first.stop();
    first.launch(['--accept-empty-store']);
    await untilUsed(fixture);
    for (const { address } of fixture.cluster.controllers) assert.equal((await listTasks(address)).size, 0);
    await waitFor('the restore', () => pareto('restore', backup, ...controllersOf(fixture)), 60_000);
  });
});

const controllersOf = ({ cluster }: Fixture): readonly string[] => [
  '--controller',
  cluster.controllers.map(({ address }) => address).join(','),
];

function controllerPair({ cluster }: Fixture): readonly [ServiceProcess, ServiceProcess] {
  const [first, second] = cluster.controllers;
  if (first === undefined || second === undefined) throw new Error('the cluster has two controllers');
  return [first, second];
}

const lossesOf = ({ cluster }: Fixture): Promise<readonly string[]> =>
  Promise.all(cluster.controllers.map(async (controller) => (await overviewOf(controller)).storeLoss));

/** Waits until every controller reports the loss. */
async function untilLost(fixture: Fixture, loss: string): Promise<void> {
  const since = performance.now();
  await waitFor(
    `the loss "${loss}"`,
    async () => (await lossesOf(fixture)).every((one) => one === loss) || undefined,
    20_000,
  );
  found({ name: `etcd wiped: every controller reports it`, value: (performance.now() - since) / 1000, unit: 's' });
}

/** Waits until every controller uses the store and one leads. */
async function untilUsed(fixture: Fixture): Promise<void> {
  const isUsed = async (): Promise<true | undefined> => {
    const overviews: readonly wire.OverviewResponse[] = await Promise.all(fixture.cluster.controllers.map(overviewOf));
    const isWhole = overviews.every(({ storeLoss, storeAgeMs }) => storeLoss === '' && storeAgeMs < 3_000);
    return (isWhole && overviews.some(({ leader }) => leader !== '')) || undefined;
  };
  await waitFor('every controller to use the store', isUsed, 40_000);
  await fixture.leader();
  await sleep(3 * lengths.settleMs);
}

async function checkStatus({ cluster }: Fixture, text: RegExp): Promise<void> {
  const addresses = cluster.controllers.map(({ address }) => address).join(',');
  const child = startPareto('status', '-o', 'json', '--controller', addresses, '--router', cluster.router.address);
  assert.deepEqual(await child.exited, { code: 1, signal: null }, child.output);
  assert.match(child.output, text);
  assert.match(child.output, /--accept-empty-store/);
  assert.doesNotMatch(child.output, /no controller leads/);
}

/** Restarts a controller, which recognises the loss from the file in its data folder, and without that from the model files. */
async function restartInVain(controller: ServiceProcess): Promise<void> {
  const folder = controller.args[controller.args.indexOf('--data-dir') + 1] ?? assert.fail('it has a data folder');
  const isWaiting = (): true | undefined =>
    controller.logs().some((entry) => JSON.stringify(entry).includes('the store is empty')) || undefined;
  for (const hasFile of [true, false]) {
    await controller.kill();
    if (!hasFile) await rm(join(folder, 'store-default.json'));
    controller.launch();
    await waitFor(`${controller.name} to recognise the loss`, isWaiting, 20_000);
  }
  await sleep(3 * lengths.settleMs);
}

/** Returns the number of the cluster's keys in etcd. */
async function countKeys({ etcd }: Fixture): Promise<number> {
  const encode = (text: string): string => Buffer.from(text).toString('base64');
  const range = { key: encode('/pareto/'), range_end: encode('/pareto0'), count_only: true };
  const [answer] = (await etcd.nodes[0]?.gateway.call('kv/range', range)) ?? [];
  return Number(answer?.['count'] ?? 0);
}

async function noneUnloaded(fixture: Fixture, serving: ReadonlySet<string>): Promise<void> {
  const now = await servingReplicas(fixture);
  const gone = [...serving].filter((id) => !now.has(id));
  assert.deepEqual(gone, [], 'no serving replica was unloaded');
}
