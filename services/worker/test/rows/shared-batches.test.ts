import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSeededRng, type Rng } from '@pareto/core';
import type { wire } from '@pareto/protocol';
import { mixingLayers, openLayers, rowGraph, rowwiseLayers, rowWidth, waitFor } from '@pareto/testkit';
import { floatRequest, floatsOf, order, startTestWorker, type TestWorker } from '../support/harness.js';

/** Number of graphs. A longer run: PARETO_ROW_GRAPHS=500 npx mocha services/worker/test/rows/shared-batches.test.ts */
const graphs = Number(process.env['PARETO_ROW_GRAPHS'] ?? 8);
const clients = 48;

/** A profile with a verdict that allows queries to share batches. */
const trusted: wire.ProfileInput = {
  points: [1, 64].map((batch) => ({ batch, p50Ms: 0.1, p95Ms: 0.1, p99Ms: 0.1, runs: 10 })),
  rows: { verdict: 'proved' },
};

const pick = <T>(from: readonly T[], rng: Rng): T => from[Math.floor(rng() * from.length)] as T;

/** Returns a row: of a benign client, or of one that sends extreme values. */
function rowOf(client: number, rng: Rng): readonly number[] {
  const row = Array.from({ length: rowWidth }, () => 2 * rng() - 1);
  if (client % 4 !== 0) return row;
  const factor = pick([1e3, -1e3, 1e6, 1e-3, 0, NaN, Infinity, -Infinity, 1e30], rng);
  return row.map((value) => (Number.isFinite(factor) ? value * factor : factor));
}

describe('shared batches', function () {
  this.timeout(60_000 + graphs * 10_000);
  let worker: TestWorker;
  let revision = 1;
  beforeEach(async () => {
    worker = await startTestWorker({ checkEvery: 1, profileMs: 100 });
  });
  afterEach(() => worker[Symbol.asyncDispose]());

  async function load(model: Uint8Array, profile: wire.ReplicaAssignmentInput['profile']): Promise<string> {
    const replica = `r${++revision}`;
    const assignment = { ...order(replica, worker.spec(`m${revision}`, model)), profile };
    worker.controller.order({ revision, replicas: [assignment] });
    await worker.controller.waitForReplica(replica, ({ state }) => state === 'READY');
    return replica;
  }
  async function measure(model: Uint8Array): Promise<wire.Measurement> {
    const spec = worker.spec(`m${++revision}`, model);
    worker.controller.order({ revision, measures: [{ hardwareClass: 'c', metric: 'top1', spec }] });
    const find = (): wire.Measurement | undefined =>
      worker.controller.measurements.find(({ variant }) => variant === spec.variant);
    return waitFor('a measurement', find, 60_000);
  }
  const answer = async (replica: string, row: readonly number[]): Promise<readonly number[]> =>
    floatsOf(await worker.infer({ replica, body: floatRequest([1, rowWidth], row) }));

  /** Sends a row by each of the clients simultaneously, and returns the number of answers that differ from those alone. */
  async function countWrong(replica: string, rng: Rng): Promise<number> {
    const rows = Array.from({ length: clients }, (_, client) => rowOf(client, rng));
    const alone: (readonly number[])[] = [];
    for (const row of rows) alone.push(await answer(replica, row));
    const together = await Promise.all(rows.map((row) => answer(replica, row)));
    return together.filter((got, client) => !isClose(got, alone[client] ?? [])).length;
  }

  it(`never change an answer, whatever ${graphs} generated graphs do and ${clients} clients send`, async () => {
    const seed = Number(process.env['PARETO_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
    const rng = createSeededRng(seed);
    let [wrong, mixed, merged] = [0, 0, 0];
    for (let graph = 0; graph < graphs; graph++) {
      const around = (): (typeof openLayers)[string][] =>
        Array.from({ length: Math.floor(3 * rng()) }, () => pick(Object.values(openLayers), rng));
      const isMixing = graph % 2 === 0;
      const middle = isMixing ? pick(Object.values(mixingLayers), rng) : pick(Object.values(rowwiseLayers), rng);
      const model = rowGraph([...around(), middle, ...around()], Math.floor(1e6 * rng()));
      const { profile, error } = await measure(model);
      assert.equal(error, '', `seed ${seed}`);
      const verdict = profile?.rows?.verdict ?? '';
      assert.equal(verdict === 'mixed', isMixing, `seed ${seed}, graph ${graph}: ${profile?.rows?.reason}`);
      const replica = await load(model, profile);
      wrong += await countWrong(replica, rng);
      const { executions, requests } = await worker.controller.waitForReplica(
        replica,
        (report) => report.requests >= 2 * clients,
      );
      mixed += isMixing ? 1 : 0;
      if (executions < requests) merged += 1;
      worker.controller.order({ revision: ++revision });
    }
    assert.equal(wrong, 0, `seed ${seed}: ${wrong} answers depend on the other queries`);
    assert.ok(mixed > 0 && merged > 0, `${mixed} graphs mix rows, ${merged} shared batches`);
  });

  it('end within ten checks for a variant that mixes rows in a way that its verification did not meet', async () => {
    const replica = await load(rowGraph([mixingLayers['outlier'] ?? assert.fail()], 7), trusted);
    const rng = createSeededRng(3);
    const isMixed = (): wire.ReplicaReport | undefined =>
      worker.controller.report?.replicas.find((one) => one.replicaId === replica && one.mixedReason !== '');
    let rounds = 0;
    for (; isMixed() === undefined && rounds < 100; rounds++) {
      const rows = Array.from({ length: clients }, () => rowOf(1, rng)).with(5, Array<number>(rowWidth).fill(5_000));
      await Promise.all(rows.map((row) => answer(replica, row)));
    }
    const report = await waitFor('the verdict of a check', isMixed, 10_000);
    assert.match(report.mixedReason, /^in a batch of \d+ queries, \d+ had other answers/);
    assert.ok(report.checkedRows <= 10 * clients, `${report.checkedRows} rows were checked before`);
    assert.equal(await countWrong(replica, rng), 0);
    const folder = join(worker.cacheDir, 'mixed');
    const [example = ''] = await waitFor('the example', async () => {
      const names = await readdir(folder).catch(() => []);
      return names.length > 0 ? names : undefined;
    });
    const { queries } = JSON.parse(await readFile(join(folder, example), 'utf8')) as { queries: readonly unknown[] };
    assert.ok(queries.length > 1);
  });
});

/** Returns whether two answers are equal up to rounding, which is in proportion to the greatest value of a row. */
function isClose(a: readonly number[], b: readonly number[]): boolean {
  const scale = Math.max(...[...a, ...b].map(Math.abs).filter(Number.isFinite), 1);
  return (
    a.length === b.length && a.every((x, at) => Object.is(x, b[at]) || Math.abs(x - (b[at] ?? NaN)) <= 1e-5 * scale)
  );
}
