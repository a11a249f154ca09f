import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { systemClock } from '@pareto/core';
import { createManualClock, createTempFolder } from '@pareto/testkit';
import { createArrivalRecorder } from '../../src/query/arrival-recorder.js';
import type { ClientQuery } from '../../src/resolve/resolve.js';
import { cleanUp, large, startFixture, tiny } from '../support/fixture.js';
import { replyTo } from '../support/fake-worker.js';

const linesOf = (text: string): readonly string[] => text.split('\n').filter((line) => line !== '');

describe('the arrival log of a router', function () {
  this.timeout(30_000);
  afterEach(cleanUp);

  it('has a line for each query, with its objective and its outcome', async () => {
    await using folder = await createTempFolder();
    const record = folder.file('arrivals.csv');
    const { router, workers } = await startFixture({
      variants: [tiny, large],
      defaultObjective: { latencyMs: 5_000, _latencyMs: 'latencyMs' },
      config: { record, recordLevel: 'arrivals' },
    });
    const startedAt = systemClock.wallMs();
    await router.infer({ items: 3, parameters: { min_accuracy: 0.95 } });
    await router.infer({ model: 'tiny', parameters: { prefer: 'accuracy' } });
    const [worker] = workers;
    assert.ok(worker);
    worker.onInfer = async (received) => {
      await new Promise((resolve) => setTimeout(resolve, 60));
      return replyTo(received);
    };
    await router.infer({ parameters: { latency_ms: 50, max_cost_per_1k: 30, class: 'offline' } });
    await assert.rejects(router.infer({ model: 'no,such\nmodel' }));
    assert.equal(existsSync(record), false, 'written after a second, or at the end');
    await router.stop();

    const [header, ...lines] = linesOf(readFileSync(record, 'utf8'));
    const names = header?.split(' ')[2]?.split(',') ?? [];
    const rows = lines.map((line): Readonly<Record<string, string>> => {
      const cells = line.split(',').map((cell, index) => [names[index], cell] as const);
      return Object.fromEntries(cells) as Readonly<Record<string, string>>;
    });
    const parts = rows.map(({ at, bytes, took_ms: _took, ...row }) => {
      assert.ok(Number(at) > startedAt - 100 && Number(at) < systemClock.wallMs() + 100);
      assert.ok(Number(bytes) > 10);
      return row;
    });
    const none = {
      accuracy_bound: '',
      class: '',
      client: '',
      degrade: '',
      max_cost_per_1k: '',
      min_accuracy: '',
      prefer: '',
    };
    const digits = { ...none, target: 'digits', task: 'digits', latency_ms: '5000', items: '1' };
    assert.deepEqual(parts, [
      { ...digits, min_accuracy: '0.95', items: '3', outcome: 'ok' },
      { ...digits, target: 'tiny', prefer: 'accuracy', outcome: 'ok' },
      { ...digits, latency_ms: '50', max_cost_per_1k: '30', class: 'offline', outcome: 'late' },
      { ...none, target: '', task: '', latency_ms: '', items: '1', outcome: 'invalid-argument' },
    ]);
    assert.ok(Number(rows[2]?.['took_ms']) >= 50);
  });

  it('has hashes of clients that depend on a key of the process', () => {
    const clientsOf = (subjects: readonly (string | undefined)[]): readonly string[] => {
      const lines: string[] = [];
      const log = { append: (line: string) => void lines.push(line), close: async () => undefined };
      const recorder = createArrivalRecorder(log, createManualClock());
      for (const peerSubject of subjects) {
        const call = { receivedAt: 0, peerSubject };
        recorder.failed({ call, payload: Buffer.alloc(3) } as unknown as ClientQuery, undefined, 'unavailable');
      }
      return lines.map((line) => line.split(',').at(-2) ?? '');
    };
    const [first, other, again, none] = clientsOf(['shop', 'bank', 'shop', undefined]);
    assert.match(first ?? '', /^[\w-]{11}$/);
    assert.equal(again, first);
    assert.notEqual(other, first);
    assert.equal(none, '');
    assert.notEqual(clientsOf(['shop'])[0], first, 'another process has another key');
  });
});
