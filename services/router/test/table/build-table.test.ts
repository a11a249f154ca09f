import assert from 'node:assert/strict';
import { createClient, createServer, createChannel, type wire } from '@pareto/rpc';
import { buildTable } from '../../src/table/build-table.js';
import { createTableRows } from '../../src/table/table-rows.js';
import { tableOf } from '../support/rows.js';
import { large, tiny } from '../support/scene.js';

/** Rows as they are received: sent over a stream of a server. */
async function received(rows: readonly wire.TableRowInput[]): Promise<wire.TableMessage> {
  const server = createServer();
  server.add('pareto.v1.Routes', {
    async watch(stream: { write(message: wire.TableMessageInput): Promise<void> }) {
      await stream.write({ epoch: 'e', revision: 3, snapshot: true, rows: [...rows] });
    },
  });
  const channel = createChannel(`127.0.0.1:${await server.listen('127.0.0.1', 0)}`);
  try {
    for await (const message of createClient(channel, 'pareto.v1.Routes').watch()) return message;
    throw new Error('nothing came');
  } finally {
    channel.close();
    server.close();
  }
}

describe('the routing table', () => {
  it('has tasks, architectures and variants, the cheapest candidate first', async () => {
    const replicas = [
      { id: 'r1', of: 'large', address: 'w:1' },
      { id: 'r2', of: 'large', address: 'w:2', state: 'LOADING' as const },
    ];
    const objective = { latencyMs: 100, minAccuracy: 0.95 };
    const { rows } = await received(tableOf([large, tiny, { name: 'raw', cost: 0 }], replicas, objective));
    const table = buildTable({ epoch: 'e', revision: 3 }, rows);
    assert.deepEqual(
      [...table.targets.keys()],
      ['digits', 'large', 'large:original', 'tiny', 'tiny:original', 'raw', 'raw:original'],
    );
    const variants = table.targets.get('digits')?.candidates.map(({ variant, index }) => [variant, index]);
    assert.deepEqual(variants, [
      ['tiny:original', 0],
      ['large:original', 1],
      ['raw:original', 2],
    ]);
    assert.equal(table.targets.get('digits')?.maxBatchSize, 8);
    assert.equal(table.targets.get('digits')?.defaultObjective.minAccuracy, 0.95);
    assert.equal(table.targets.get('tiny')?.defaultObjective.minAccuracy, undefined);
    assert.equal(table.targets.get('tiny')?.defaultObjective.latencyMs, 100);
    const answering = table.targets.get('large:original')?.candidates.flatMap((candidate) => candidate.replicas);
    assert.deepEqual(
      answering?.map(({ id, slot, address }) => [id, slot, address]),
      [['r1', 0, 'w:1']],
    );
    assert.equal(table.candidates[2]?.costPer1k, undefined);
  });

  it('takes snapshots and changes', async () => {
    const rows = createTableRows();
    const snapshot = await received(tableOf([tiny], []));
    assert.equal(rows.apply(snapshot), true);
    const [first] = snapshot.rows;
    assert.ok(first !== undefined);
    const change = {
      ...snapshot,
      snapshot: false,
      revision: 4,
      rows: [{ ...first, key: 'new' }],
      removed: ['task/digits'],
    };
    assert.equal(rows.apply(change), true);
    assert.deepEqual(rows.version, { epoch: 'e', revision: 4 });
    assert.equal(rows.rows.has('new'), true);
    assert.equal(rows.rows.has('task/digits'), false);
    assert.equal(rows.rows.size, snapshot.rows.length);
    assert.equal(rows.apply({ ...change, heartbeat: true }), false);
    rows.apply({ ...snapshot, rows: [] });
    assert.equal(rows.rows.size, 0);
  });
});
