// Queries of other shapes than the profiled one: empty dimensions, and buckets of shapes.

import assert from 'node:assert/strict';
import type { RawTensor, wire } from '@pareto/protocol';
import { onnxType, waitFor, writeModel } from '@pareto/testkit';
import { createTestClient, type TestClient } from '../support/client.js';
import { startCluster, type Cluster } from '../support/cluster.js';

const side = 64;

/** A model whose time is proportional to the number of rows of its only item. */
function rowsModel(): Uint8Array {
  const weights = Float32Array.from({ length: side * side }, (_, index) => (index % 7) / 700);
  const layers = Array.from({ length: 8 }, (_, layer) => ({
    op: 'MatMul',
    inputs: [layer === 0 ? 'x' : `h${layer}`, 'w'],
    outputs: [layer === 7 ? 'y' : `h${layer + 1}`],
  }));
  const value = (name: string) => ({ name, type: onnxType.float, dims: ['batch', 'rows', side] });
  return writeModel({
    nodes: layers,
    inputs: [value('x')],
    outputs: [value('y')],
    initializers: [{ name: 'w', type: onnxType.float, dims: [side, side], raw: new Uint8Array(weights.buffer) }],
  });
}

const input = (rows: number): RawTensor => ({
  ...{ name: 'x', datatype: 'FP32', shape: [1, rows, side] },
  raw: Buffer.alloc(4 * rows * side),
});

describe('queries of other shapes than the profiled one', function () {
  this.timeout(120_000);
  let cluster: Cluster;
  let client: TestClient;
  before(async () => {
    cluster = await startCluster({ nodes: 1, workers: 1 });
    client = createTestClient(cluster);
    await client.registerTask('rows.task');
    await client.registerModel('rows.task', 'rows', rowsModel());
    await client.waitUntilDone('rows.task');
  });
  after(async () => {
    client[Symbol.dispose]();
    await cluster[Symbol.asyncDispose]();
  });

  it('are answered if a dimension is empty and the model accepts it', async () => {
    const { outputs } = await client.infer('rows', [input(0)]);
    assert.deepEqual([outputs[0]?.shape, outputs[0]?.raw.length], [[1, 0, side], 0]);
  });

  it('get a bucket, which is measured once the worker is idle', async () => {
    for (let query = 0; query < 20; query++) await client.infer('rows', [input(4_000)]);
    const bucketOf = async (): Promise<wire.ShapeBucket | undefined> => {
      const { variants } = await client.registry.describe({ name: 'rows' });
      const measurement = variants[0]?.measurements[0];
      // A measurement with a planned bucket has no environment until the bucket is measured.
      return measurement?.environment === '' ? undefined : measurement?.profile?.buckets[0];
    };
    const measured = await waitFor('a measured bucket', bucketOf, 60_000);
    assert.deepEqual(measured.shapes, [{ name: 'x', dims: [4_000, side] }]);
    const { variants } = await client.registry.describe({ name: 'rows' });
    const profiled = variants[0]?.measurements[0]?.profile?.points[0]?.p50Ms ?? NaN;
    assert.ok((measured.points[0]?.p50Ms ?? 0) > profiled, `${measured.points[0]?.p50Ms} ms, and ${profiled} ms`);
  });
});
