import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { encodeDecision, decisionKey, decisionVersion } from '@pareto/protocol';
import { replayWorkerLog } from '@pareto/policy';
import { createTempFolder, loopModel, matrixModel } from '@pareto/testkit';
import { floatRequest, order, startTestWorker } from './support/harness.js';

const isReady = ({ state }: { readonly state: string }): boolean => state === 'READY';

describe('the recording of a worker', function () {
  this.timeout(60_000);

  it('gives the same decisions when it is replayed', async () => {
    await using folder = await createTempFolder();
    const record = folder.file('worker.jsonl');
    const before = executors();
    {
      await using worker = await startTestWorker({ record, queueItems: 64 });
      const models = { batched: matrixModel(4), slow: loopModel() };
      const orders = Object.entries(models).map(([name, model]) => order(name, worker.spec(name, model), 8));
      worker.controller.order({ revision: 1, replicas: orders });
      for (const name of Object.keys(models)) await worker.controller.waitForReplica(name, isReady);
      const send = (replica: string, count: number, value: number, latencyLeftMs = 60_000): Promise<unknown> => {
        const metadata = { [decisionKey]: decisionFor(replica, latencyLeftMs) };
        const width = replica === 'batched' ? 4 : 1;
        const body = floatRequest([1, width], new Array<number>(width).fill(value));
        return Promise.allSettled(Array.from({ length: count }, () => worker.infer({ replica, body, metadata })));
      };
      await Promise.all([send('batched', 200, 1), send('slow', 20, 20_000)]);
      await Promise.all([send('slow', 100, 20_000, 5), send('batched', 50, 1, 0.05)]);
      const killed = send('slow', 5, 300_000);
      await worker.controller.waitForReport('a running query', ({ replicas }) =>
        replicas.some(({ replicaId, runningItems }) => replicaId === 'slow' && runningItems > 0),
      );
      for (const pid of executors()) if (!before.includes(pid)) process.kill(pid, 'SIGKILL');
      await killed;
      const unloaded = send('slow', 5, 50_000);
      worker.controller.order({ revision: 2, replicas: orders.slice(0, 1) });
      await unloaded;
      await worker.controller.waitForReport('the end of the replica', ({ replicas }) =>
        replicas.every(({ replicaId }) => replicaId !== 'slow'),
      );
    }
    const lines = readFileSync(record, 'utf8').split('\n');
    const counts = new Map<unknown, number>();
    for (const { line, effects } of replayWorkerLog(lines)) {
      assert.deepEqual(effects, line.effects);
      for (const effect of effects) {
        const [kind, , , , , ...queries] = effect;
        counts.set(kind, (counts.get(kind) ?? 0) + 1);
        if (kind === 'start' && queries.length > 1) counts.set('shared', (counts.get('shared') ?? 0) + 1);
      }
    }
    const seen = (kind: string): number => counts.get(kind) ?? 0;
    for (const kind of ['start', 'shared', 'reject', 'changed', 'load', 'grant', 'unload', 'remove'])
      assert.ok(seen(kind) > 0, kind);
    assert.ok(seen('load') > 2, 'executors that were killed are loaded again');
  });
});

const decisionFor = (replica: string, latencyLeftMs: number): string => {
  const outcome = { variant: '', accuracy: 0.9, costPer1k: 0.02, coldStart: false, degraded: true };
  return encodeDecision({ decisionId: 'r1.7', replica, ...outcome, latencyLeftMs }, decisionVersion);
};

/** Returns the running executors that this process started. */
function executors(): readonly number[] {
  const lines = execFileSync('ps', ['-o', 'pid=,args=', '--ppid', String(process.pid)], { encoding: 'utf8' });
  return lines
    .split('\n')
    .filter((line) => line.includes('executor-main'))
    .map((line) => Number.parseInt(line, 10));
}
