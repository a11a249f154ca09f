import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { replayRouterLog } from '@pareto/policy';
import { createTempFolder, waitFor } from '@pareto/testkit';
import { notExecuted, refuse, replyTo } from './support/fake-worker.js';
import { cleanUp, large, startFixture, tiny } from './support/fixture.js';
import { replicaRow } from './support/rows.js';
import type { InferQuery } from './support/test-router.js';

const accurate: InferQuery = { parameters: { min_accuracy: 0.95 } };
const relaxed: InferQuery = { parameters: { latency_ms: 20_000 } };

describe('the recording of a router', function () {
  this.timeout(60_000);
  afterEach(cleanUp);

  it('gives the same decisions when it is replayed', async () => {
    await using folder = await createTempFolder();
    const record = folder.file('router.jsonl');
    const { router, workers, controller } = await startFixture({
      variants: [tiny, large],
      workers: [['tiny'], ['tiny']],
      config: { record, maxHoldMs: 1_500 },
    });
    const [first, second] = workers;
    assert.ok(first && second);
    const answers: Promise<unknown>[] = [];
    const all = (count: number, query: InferQuery = {}, timeoutMs = 5_000): Promise<readonly (string | undefined)[]> =>
      Promise.all(
        Array.from({ length: count }, () =>
          router.infer(query, { timeoutMs }).then(
            ({ trailers }) => trailers.get('pareto-variant'),
            () => undefined,
          ),
        ),
      );

    /** Sends queries until the first worker has got as many more. */
    const untilReceived = async (count: number, query: InferQuery = relaxed): Promise<void> => {
      const before = first.received.length;
      const sent: Promise<unknown>[] = [];
      await waitFor(`${count} queries`, () => {
        sent.push(all(1, query, 30_000));
        return first.received.length >= before + count ? true : undefined;
      });
      answers.push(...sent);
    };

    await all(100);
    let count = 0;
    first.onInfer = async (received) => {
      count += 1;
      if (count % 5 === 0) throw notExecuted(count % 2 === 0 ? 'unavailable' : 'resource-exhausted');
      return count % 3 === 0 ? refuse(received, 20) : replyTo(received);
    };
    for (let round = 0; round < 20; round++) await all(10, { parameters: { latency_ms: 40 } });
    await untilReceived(5);
    await all(5, { parameters: { latency_ms: 1 } });
    await all(3, accurate);

    const held = all(10, accurate);
    await waitFor('held demand', () => controller.demand.find(({ held: queries }) => queries > 3));
    second.replicas.push({ replicaId: 'large-1', state: 'READY' });
    await controller.change([replicaRow({ id: 'large-1', of: 'large', address: second.address, worker: 'w1' })]);
    assert.deepEqual(new Set(await held), new Set(['large:original']));

    first.onInfer = () => new Promise(() => undefined);
    await untilReceived(1);
    first.kill();
    await Promise.all(answers);
    first.onInfer = undefined;
    first.link.heal();
    await untilReceived(1);
    await Promise.all(answers);
    await router.stop();

    const kinds = new Map<string, number>();
    let lines = 0;
    for (const { line, effects } of replayRouterLog(readFileSync(record, 'utf8').split('\n'))) {
      lines += 1;
      assert.equal(
        JSON.stringify(effects),
        JSON.stringify(line.effects),
        `event ${lines}: ${JSON.stringify(line.event)}`,
      );
      for (const { kind } of effects) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    assert.ok(lines > 400, `${lines} events`);
    for (const kind of [
      'forward',
      'answer',
      'late',
      'resolve',
      'refuse',
      'hold',
      'give-up',
      'suspect',
      'callable',
      'report',
    ])
      assert.ok((kinds.get(kind) ?? 0) > 0, `no ${kind}: ${JSON.stringify([...kinds])}`);
  });
});
