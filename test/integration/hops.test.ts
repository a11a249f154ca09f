// The transports of queries that are not the default: answers, faults and attacks over each of them, in short.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { commonFlags } from '@pareto/service';
import { waitFor } from '@pareto/testkit';
import { openFixture, referenceModels, type Fixture } from '../conformance/fixture.js';
import type { OwnCase } from '../conformance/own/case.js';
import { describeOwn } from '../conformance/own/own.js';
import { attacks } from '../hostile/attacks/attacks.js';
import { checkReports, countLosses, startFixture, type Fixture as AttackFixture } from '../hostile/fixture.js';
import { noneFailed } from '../support/accounts.js';
import { createTestClient } from '../support/client.js';
import type { Cluster } from '../support/cluster.js';
import { readDigits, registerDigits } from '../support/digits.js';
import { lengths } from '../support/length.js';
import { rightPayloads, startLoad, type Load } from '../support/load.js';
import { waitForQueries, type ServiceProcess } from '../support/service-process.js';

const { choices, default: preset } = commonFlags.hop;

const model = 'id-fp32';
const otherModels = /id-(?!fp32)|addsub|cube|labelled|nobatch|unicode/;

/** Whether a case queries the one model of the conformance tests that is registered. */
function queriesModel(one: OwnCase): boolean {
  const text = JSON.stringify(one);
  return text.includes(model) && !otherModels.test(text);
}

/** Attacks on what a transport implements itself, all at the router. */
const attackNames: readonly string[] = [
  'a long id over gRPC',
  'a long metadata name over gRPC',
  'ten streams of an unfinished 60 MiB at the router',
  ...[
    'rapid resets',
    'opened streams',
    'CONTINUATION frames',
    'SETTINGS frames',
    'PING frames',
    'empty DATA frames',
  ].map((frames) => `a flood of ${frames} at the router`),
  'a flood of headers that cannot be decoded at the router',
];
const chosenAttacks = attacks.filter(({ name }) => attackNames.includes(name));
assert.equal(chosenAttacks.length, attackNames.length);

/** Waits until the routers can call two replicas of each of the four models. */
const untilReplicated = ({ routers }: Cluster): Promise<true> =>
  waitFor(
    'all replicas',
    async () => {
      const metrics = await Promise.all(routers.map((router) => router.metrics()));
      return metrics.every((each) => each.value('pareto_callable_replicas') === 8) || undefined;
    },
    30_000,
  );

for (const hop of choices.filter((choice) => choice !== preset)) {
  describe(`queries over ${hop}`, function () {
    this.timeout(120_000);
    let attacked: AttackFixture;
    let fixture: Fixture;
    let payloads: Awaited<ReturnType<typeof rightPayloads>>;
    before(async () => {
      attacked = await startFixture({ routers: 2, env: { PARETO_HOP: hop } });
      fixture = openFixture(attacked.cluster);
      using client = createTestClient(attacked.cluster);
      // A long limit, because test machines may be slow and the test does not test latency.
      await client.registerTask(`${model}-task`, { objective: { latencyMs: 30_000 } });
      const file = await readFile(`${referenceModels}/${model}/1/model.onnx`);
      await Promise.all([client.registerModel(`${model}-task`, model, file), registerDigits(client, ['mlp-small'])]);
      payloads = await rightPayloads(client, await readDigits(), 'digits');
      await untilReplicated(attacked.cluster);
    });
    after(async () => {
      await fixture[Symbol.asyncDispose]();
      await attacked[Symbol.asyncDispose]();
    });

    describeOwn(() => fixture, queriesModel);

    const load = (...routers: readonly ServiceProcess[]): Load =>
      startLoad(
        routers.map(({ address }) => address),
        { payloads, ratePerSecond: 40 },
      );

    it('are taken from a client by no attack on others', async () => {
      const { cluster, run } = attacked;
      const losses = await countLosses(cluster);
      const reports = await run(chosenAttacks, { full: false });
      assert.deepEqual(await countLosses(cluster), losses);
      checkReports(reports, chosenAttacks);
    });

    it('do not fail when a worker is killed', async () => {
      const { routers, workers } = attacked.cluster;
      const sent = load(...routers);
      await sleep(lengths.settleMs);
      await workers[0]?.kill();
      await sleep(lengths.settleMs);
      noneFailed(`${hop}: worker killed`, await sent.stop());
      await workers[0]?.start();
    });

    it('do not fail when another router is killed, which answers after its restart', async () => {
      const [router = assert.fail(), other = assert.fail()] = attacked.cluster.routers;
      const sent = load(other);
      await sleep(lengths.settleMs);
      await router.kill();
      await router.start();
      noneFailed(`${hop}: router killed`, await sent.stop());
      const again = load(router);
      await waitForQueries(router);
      noneFailed(`${hop}: router restarted`, await again.stop(), 1);
    });
  });
}
