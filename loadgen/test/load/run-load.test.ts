import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { createSeededRng, milliseconds, ParetoError, systemClock } from '@pareto/core';
import { encodeInferResponse, payloadOf, scanInferRequest, type Payload as EncodedMessage } from '@pareto/protocol';
import { createChannel, createRawCaller, createServer, rawUnary, type Channel, type RpcServer } from '@pareto/rpc';
import { createTempFolder, floats, longs, waitFor, writeNpz, type TempFolder } from '@pareto/testkit';
import { planArrivals } from '@pareto/workload';
import {
  createSyntheticPayloads,
  readPayloads,
  runLoad,
  type LoadOptions,
  type LoadReport,
  type Payload,
} from '../../src/index.js';

/** Number of queries that arrived. */
let received = 0;

/** Answers [1, 0]. The first input value selects a delay (1), an error (2) or an invalid reply (3). */
async function answer(payload: EncodedMessage): Promise<EncodedMessage> {
  received += 1;
  const { modelName, raw } = scanInferRequest(payload);
  const mode = raw[0]?.[0]?.readFloatLE(0) ?? 0;
  if (mode === 1) await systemClock.sleep(milliseconds(60));
  if (mode === 2) throw new ParetoError('resource-exhausted', 'the queue is full');
  if (mode === 3) return payloadOf(Buffer.from('not a reply'));
  const scores = Buffer.from(Float32Array.of(1, 0).buffer);
  const outputs = [{ name: 'y', datatype: 'FP32' as const, shape: [1, 2], raw: scores }];
  return encodeInferResponse(
    { modelName, modelVersion: '1', id: '', parameters: [['pareto_variant', 'm:original']], outputs },
    false,
  );
}

const signature = [
  { name: 'x', datatype: 'FP32', shape: [-1, 3] },
  { name: 'text', datatype: 'BYTES', shape: [2] },
];

describe('runLoad', () => {
  let folder: TempFolder;
  let server: RpcServer;
  let channel: Channel;
  before(async () => {
    folder = await createTempFolder();
    server = createServer();
    server.add('inference.GRPCInferenceService', {
      modelInfer: rawUnary(answer),
      modelMetadata: async () => ({ name: 't', inputs: signature }),
    });
    channel = createChannel(`127.0.0.1:${await server.listen('127.0.0.1', 0)}`);
  });
  after(async () => {
    channel.close();
    server.close();
    await folder[Symbol.asyncDispose]();
  });

  async function payloads(modes: readonly number[], labels: readonly number[]): Promise<readonly Payload[]> {
    const file = folder.file('data.npz');
    await writeFile(file, writeNpz({ x: floats([modes.length, 1], modes), label: longs([labels.length], labels) }));
    return readPayloads(file, { target: 't', parameters: [['latency_ms', 50]], limit: 100 });
  }

  const run = (
    given: readonly Payload[],
    count: number,
    { signal, ...mix }: Pick<Partial<LoadOptions>, 'signal' | 'classes' | 'classIndexes'> = {},
  ): Promise<LoadReport> =>
    runLoad({
      loop: {
        kind: 'open',
        arrivals: planArrivals({ kind: 'constant', ratePerSecond: 1000 }, count, createSeededRng(1)),
      },
      classes: [{ name: '50 ms', objectiveMs: 50, payloads: given }],
      timeoutMs: 5_000,
      callers: [createRawCaller(channel, '/inference.GRPCInferenceService/ModelInfer')],
      clock: systemClock,
      rng: createSeededRng(1),
      ...mix,
      ...(signal !== undefined && { signal }),
    });

  it('accounts for every request, by status, variant and correctness', async () => {
    const report = await run(await payloads([0, 0, 2, 3], [0, 1, 0, 0]), 200);
    const { ok = 0, 'resource-exhausted': shed = 0, internal = 0 } = report.statuses;
    assert.equal(report.sent, 200);
    assert.equal(ok + shed + internal, 200);
    assert.ok(ok > 50 && shed > 20 && internal > 20, JSON.stringify(report.statuses));
    assert.equal(report.labelled, ok);
    assert.ok(report.right > 20 && report.right < ok);
    assert.deepEqual(report.variants, { 'm:original': { answers: ok, right: report.right } });
  });

  it('compares no answers with labels that are not classes', async () => {
    const file = folder.file('boxes.npz');
    await writeFile(file, writeNpz({ x: floats([2, 1], [0, 0]), label: floats([2, 4], Array(8).fill(0)) }));
    const boxes = await readPayloads(file, { target: 't', parameters: [], limit: 100 });
    assert.deepEqual(
      boxes.map(({ label }) => label),
      [undefined, undefined],
    );
  });

  it('counts late answers against attainment', async () => {
    const report = await run(await payloads([1], [0]), 20);
    assert.equal(report.statuses['ok'], 20);
    assert.equal(report.attainment, 0);
    assert.ok(report.latencyMs.p50 >= 55);
  });

  /** Runs a mix of slow queries with two objectives, and of rejected ones. */
  async function runMix(): Promise<LoadReport> {
    const [slow, shed] = [await payloads([1], [0]), await payloads([2], [0])];
    const classes = [
      { name: '50 ms', objectiveMs: 50, payloads: slow },
      { name: '900 ms', objectiveMs: 900, payloads: slow },
      { name: '10 ms', objectiveMs: 10, payloads: shed },
    ];
    return run([], 40, {
      classes,
      classIndexes: Array.from({ length: 40 }, (_, index) => [0, 1, 1, 2][index % 4] ?? 0),
    });
  }

  it('reports the outcomes by class, and the latency of rejections', async () => {
    const { classes, attainment, rejectionMs, latencyMs, statuses } = await runMix();
    const counts = classes.map(({ name, sent, answered, onTime, rejected }) => [
      name,
      sent,
      answered,
      onTime,
      rejected,
    ]);
    assert.deepEqual(counts, [
      ['50 ms', 10, 10, 0, 0],
      ['900 ms', 20, 20, 20, 0],
      ['10 ms', 10, 0, 0, 10],
    ]);
    assert.deepEqual(statuses, { ok: 30, 'resource-exhausted': 10 });
    assert.equal(attainment, 0.5);
    assert.ok((classes[1]?.latencyMs.p50 ?? 0) >= 55 && classes[2]?.latencyMs.p99 === 0);
    assert.ok(rejectionMs.p50 > 0 && rejectionMs.p50 <= rejectionMs.p99 && rejectionMs.p99 < latencyMs.max);
  });

  it('stops sending on abort, and waits for requests in flight', async () => {
    const stopping = new AbortController();
    const before = received;
    // These would take 100 s.
    const running = run(await payloads([1], [0]), 100_000, { signal: stopping.signal });
    await waitFor('some queries', () => received > before + 20 || undefined);
    stopping.abort();
    const { sent, statuses } = await running;
    assert.equal(received - before, sent);
    assert.ok(sent > 20 && sent < 100_000, `${sent} were sent`);
    assert.equal(statuses['ok'], sent);
  });

  it('creates synthetic inputs for the signature without data', async () => {
    const made = await createSyntheticPayloads(channel, createSeededRng(1), { target: 't', parameters: [], limit: 1 });
    const { inputs, raw } = scanInferRequest(payloadOf(made[0]?.body ?? assert.fail()));
    assert.deepEqual([inputs[0]?.shape, raw[0]?.[0]?.length], [[1, 3], 12]);
    assert.deepEqual([inputs[1]?.shape, raw[1]?.[0]?.toString()], [[2], '\x04\0\0\0text\x04\0\0\0text']);
  });
});
