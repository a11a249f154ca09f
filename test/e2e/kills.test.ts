// Processes killed during queries: no acknowledged write is lost, every query finishes, and the next one is answered.

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createSeededRng, systemClock } from '@pareto/core';
import { runLoad, type LoadReport, type Payload } from '@pareto/loadgen';
import { encodeInferRequest } from '@pareto/protocol';
import { createChannel, createRawCaller, type Channel } from '@pareto/rpc';
import { briefPauseMs, waitFor } from '@pareto/testkit';
import { planArrivals } from '@pareto/workload';
import type { TestClient } from '../support/client.js';
import type { Cluster } from '../support/cluster.js';
import { probe } from '../support/service-process.js';
import { readDigitModel, startDigits, type Digits, type DigitsCluster } from '../support/digits.js';

const rate = 20;
const secondsOfLoad = 3;

describe('a process killed during queries', function () {
  this.timeout(120_000);
  let started: DigitsCluster;
  let cluster: Cluster;
  let client: TestClient;
  let digits: Digits;
  before(async () => {
    started = await startDigits({ fewSamples: true }, ['mlp-small', 'cnn-small']);
    ({ cluster, client, digits } = started);
    // Queries load both, also if a busy machine measured one as dominated.
    await checkNextWorks('mlp-small');
    await checkNextWorks('cnn-small');
  });
  after(() => started[Symbol.asyncDispose]());

  const payloads = (target: string): readonly Payload[] =>
    Array.from({ length: 200 }, (_, index) => ({
      body: encodeInferRequest({ modelName: target, inputs: [digits.input(index)] }),
      label: digits.label(index),
    }));

  /** Runs bounded load, and calls `disturb` after one second. */
  async function underLoad(target: string, disturb: () => Promise<void>, seconds = secondsOfLoad): Promise<LoadReport> {
    const channel: Channel = createChannel(cluster.router.address);
    try {
      const rng = createSeededRng(1);
      const load = runLoad({
        loop: { kind: 'open', arrivals: planArrivals({ kind: 'poisson', ratePerSecond: rate }, seconds * 1000, rng) },
        classes: [{ name: 'all', objectiveMs: 1000, payloads: payloads(target) }],
        timeoutMs: 10_000,
        callers: [createRawCaller(channel, '/inference.GRPCInferenceService/ModelInfer')],
        clock: systemClock,
        rng,
      });
      await new Promise((resolve) => setTimeout(resolve, 1000));
      await disturb();
      return await load;
    } finally {
      channel.close();
    }
  }

  function checkAllAccounted(report: LoadReport): void {
    const counted = Object.values(report.statuses).reduce((sum, count) => sum + count, 0);
    assert.equal(counted, report.sent);
    assert.ok(report.sent > rate * secondsOfLoad * 0.7, `${report.sent} were sent`);
    assert.ok(report.right / report.labelled > 0.95, `${report.right} of ${report.labelled} are right`);
    const known = new Set(['ok', 'unavailable', 'resource-exhausted', 'deadline-exceeded', 'internal']);
    for (const status of Object.keys(report.statuses)) assert.ok(known.has(status), status);
  }

  const answered = (report: LoadReport): number => (report.statuses['ok'] ?? 0) / report.sent;

  async function checkNextWorks(target: string): Promise<void> {
    await client.infer(target, [digits.input(0)]);
  }

  /** Checks that queries are answered under load again, after one was. */
  async function checkRecovered(target: string): Promise<void> {
    await checkNextWorks(target);
    const report = await underLoad(target, async () => {}, 2);
    assert.ok(answered(report) > 0.98, JSON.stringify(report.statuses));
  }

  it('the controller: no query fails, and acknowledged writes exist after its restart', async () => {
    const report = await underLoad('digits', async () => {
      await client.registerTask('just-in-time');
      await client.registerModel('just-in-time', 'late', await readDigitModel('mlp-tiny'));
      await cluster.controller.kill();
    });
    checkAllAccounted(report);
    assert.equal(answered(report), 1, JSON.stringify(report.statuses));
    await checkNextWorks('digits');
    await cluster.controller.start();
    const { tasks, architectures } = await client.registry.list({});
    assert.deepEqual(tasks.map(({ name }) => name).sort(), ['digits', 'just-in-time']);
    assert.deepEqual(architectures.map(({ name }) => name).sort(), ['cnn-small', 'late', 'mlp-small']);
    await client.waitUntilMeasured('just-in-time');
    await client.waitUntilReady('late');
    await checkNextWorks('just-in-time');
  });

  it('the controller during registrations: acknowledged ones exist after its restart', async () => {
    const acknowledged: string[] = [];
    const registering = (async () => {
      for (let index = 0; ; index++) {
        const { name } = await client.registry.registerTask({ name: `task-${index}`, metric: 'top1' });
        acknowledged.push(name);
      }
    })();
    const broken = assert.rejects(registering);
    await waitFor('some tasks', () => (acknowledged.length >= 30 ? true : undefined));
    await cluster.controller.kill();
    await broken;
    await cluster.controller.start();
    const { tasks } = await client.registry.list({});
    const names = new Set(tasks.map(({ name }) => name));
    assert.deepEqual(
      acknowledged.filter((name) => !names.has(name)),
      [],
    );
  });

  it('a worker: the other one answers its queries, and it serves again after its restart', async () => {
    const [worker = assert.fail()] = cluster.workers;
    const report = await underLoad('digits', () => worker.kill());
    checkAllAccounted(report);
    assert.ok(answered(report) > 0.98, JSON.stringify(report.statuses));
    await checkNextWorks('digits');
    await checkNextWorks('mlp-small');
    await worker.start();
    await waitFor('the worker to be connected', async () => {
      const { workers } = await client.fleet.listWorkers({});
      return workers.filter(({ connected }) => connected).length === 2 ? true : undefined;
    });
    await checkNextWorks('cnn-small');
  });

  it('an executor: its queries are retried, and its death is reported', async () => {
    const report = await underLoad(
      'cnn-small',
      async () => {
        const pids = await Promise.all(cluster.workers.map(({ child }) => childrenOf(child.pid)));
        assert.ok(pids.flat().length > 0, 'there are executors');
        for (const pid of pids.flat()) process.kill(pid, 'SIGKILL');
      },
      5,
    );
    checkAllAccounted(report);
    // Until new executors are loaded, which takes seconds on a busy machine, queries are rejected immediately.
    assert.ok(answered(report) > 0.3, JSON.stringify(report.statuses));
    await checkRecovered('cnn-small');
    const metrics = await Promise.all(cluster.workers.map(({ metricsPort }) => probe(metricsPort, '/metrics')));
    assert.ok(metrics.some(({ text }) => /pareto_executor_deaths_total\{[^}]*\} [1-9]/.test(text)));
  });

  it('a worker while it measures: the measurement is repeated', async () => {
    await client.registerTask('measured');
    await client.registerModel('measured', 'slow-to-measure', await readDigitModel('cnn-medium'));
    const measuring = await waitFor(
      'a worker to measure',
      async () => {
        const { workers } = await client.fleet.listWorkers({});
        return workers.find(({ measuring }) => measuring === 'slow-to-measure:original')?.workerId;
      },
      50_000,
      briefPauseMs,
    );
    const worker = cluster.workers.find(({ name }) => name === measuring) ?? assert.fail();
    await worker.kill();
    await worker.start();
    const [variant] = await client.waitUntilMeasured('measured');
    assert.ok((variant?.measurements[0]?.profile?.points.length ?? 0) > 0);
  });

  it('a worker by SIGTERM: no query fails', async () => {
    const [worker = assert.fail()] = cluster.workers;
    const report = await underLoad('digits', async () => {
      assert.equal((await worker.child.stop()).code, 0, worker.child.output.slice(-2000));
    });
    checkAllAccounted(report);
    assert.equal(answered(report), 1, JSON.stringify(report.statuses));
    await worker.start();
  });

  it('the router: its clients get a clear status, and answers after its restart', async () => {
    const report = await underLoad('digits', async () => {
      await cluster.router.kill();
      await cluster.router.start();
    });
    checkAllAccounted(report);
    assert.ok(answered(report) > 0, JSON.stringify(report.statuses));
    await checkRecovered('digits');
  });
});

/** Returns the process ids of the direct children. */
async function childrenOf(pid: number): Promise<readonly number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return text.trim().split(/\s+/).filter(Boolean).map(Number);
}
