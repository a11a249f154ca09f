import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Candidate, RoutingTable } from '@pareto/core';
import { createReplicaLoads, loadField, loadFields, type ReplicaLoads } from '@pareto/policy';
import { type wire } from '@pareto/protocol';
import { createClient, createServer, createChannel } from '@pareto/rpc';
import { createTableRows } from '../../src/table/table-rows.js';
import { replicaRow, ruleRow, tableOf } from '../support/rows.js';
import { large, tiny } from '../support/fixture.js';

/** Returns the rows as a client receives them, by sending them over a stream of a server. */
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
    throw new Error('the stream ended without a message');
  } finally {
    channel.close();
    server.close();
  }
}

describe('the routing table', () => {
  it('has the price of congestion until its row is removed', async () => {
    const rows = createTableRows();
    const congestion = { usdPerHour: { 'cpu/x/y/1g': 2.5 }, accuracyUsd: 0.1, missUsd: 10 };
    const priced = rows.apply(await received([...tableOf([tiny], []), { key: 'congestion', congestion }]));
    assert.deepEqual(priced?.congestion, congestion);
    const snapshot = await received([]);
    const after = rows.apply({ ...snapshot, snapshot: false, removed: ['congestion'] });
    assert.ok(after !== undefined && after.congestion === undefined);
  });

  it('lists tasks, architectures and variants, with the cheapest candidate first', async () => {
    const replicas = [
      { id: 'r1', of: 'large', address: 'w:1' },
      { id: 'r2', of: 'large', address: 'w:2', state: 'LOADING' as const },
    ];
    const objective = { latencyMs: 100, minAccuracy: 0.95 };
    const snapshot = await received(tableOf([large, tiny, { name: 'raw', cost: 0 }], replicas, objective));
    const table = createTableRows().apply(snapshot);
    assert.ok(table !== undefined);
    assert.deepEqual(table.version, { epoch: 'e', revision: 3 });
    assert.deepEqual(
      [...table.targets.keys()],
      ['digits', 'large', 'large:original', 'tiny', 'tiny:original', 'raw', 'raw:original'],
    );
    const task = table.targets.get('digits');
    assert.deepEqual(
      task?.candidates.map(({ variant }) => variant),
      ['tiny:original', 'large:original', 'raw:original'],
    );
    assert.equal(task.maxBatchSize, 8);
    assert.equal(task.defaultObjective.minAccuracy, 0.95);
    assert.equal(table.targets.get('tiny')?.defaultObjective.minAccuracy, undefined);
    assert.equal(table.targets.get('tiny')?.defaultObjective.latencyMs, 100);
    const answering = table.targets.get('large:original')?.candidates.flatMap((candidate) => candidate.replicas);
    assert.deepEqual(
      answering?.map(({ id, address }) => [id, address]),
      [['r1', 'w:1']],
    );
    assert.equal(task.candidates[2]?.costPer1k, undefined);
  });

  it('applies snapshots and changes, and reuses unchanged entries', async () => {
    const rows = createTableRows();
    const replica = { id: 'r1', of: 'tiny', address: 'w:1' };
    const snapshot = await received(tableOf([tiny, large], [replica, { ...replica, id: 'r2', of: 'large' }]));
    const first = rows.apply(snapshot);
    const gone = { ...snapshot, snapshot: false, revision: 4, rows: [], removed: ['replica/r1', 'unknown'] };
    const second = rows.apply(gone);
    assert.deepEqual(rows.version, { epoch: 'e', revision: 4 });
    const candidateOf = (table: typeof first, name: string) => table?.targets.get(`${name}:original`)?.candidates[0];
    assert.deepEqual(
      ['tiny', 'large'].map((name) => candidateOf(second, name)?.replicas.length),
      [0, 1],
    );
    assert.equal(candidateOf(first, 'tiny')?.replicas.length, 1);
    assert.equal(candidateOf(first, 'tiny')?.index, candidateOf(second, 'tiny')?.index);
    assert.equal(candidateOf(first, 'large'), candidateOf(second, 'large'));
    assert.equal(first?.targets.get('large'), second?.targets.get('large'));
    assert.notEqual(first?.targets.get('digits'), second?.targets.get('digits'));
    assert.equal(rows.apply({ ...gone, heartbeat: true }), undefined);
    assert.equal(rows.apply({ ...snapshot, rows: [] })?.targets.size, 0);
  });

  it('applies pins and denials, and rebuilds only the targets that they concern', async () => {
    const rows = createTableRows();
    const worse = { ...tiny, dominatedBy: 'large:original' };
    const replicas = ['tiny', 'large'].map((of) => ({ id: of, of, address: 'w:1' }));
    const first = rows.apply(await received(tableOf([worse, large], replicas)));
    assert.deepEqual(first?.targets.get('digits')?.exclusions, ['dominated', undefined]);
    assert.equal(first.targets.get('tiny')?.exclusions, undefined);
    assert.equal(first.targets.get('tiny:original')?.exclusions, undefined);
    const change = async (rules: readonly wire.TableRowInput[], removed: string[] = []): Promise<RoutingTable> => {
      const table = rows.apply({ ...(await received(rules)), snapshot: false, removed });
      assert.ok(table !== undefined);
      return table;
    };
    const denied = await change([ruleRow('deny', 'large', { reason: 'it is slow' })]);
    assert.deepEqual(denied.targets.get('digits')?.exclusions, [undefined, 'denied']);
    assert.deepEqual(denied.targets.get('large:original')?.exclusions, ['denied']);
    assert.deepEqual(
      denied.targets.get('large')?.rules.map(({ reason }) => reason),
      ['it is slow'],
    );
    assert.equal(denied.targets.get('tiny'), first.targets.get('tiny'));
    const pinned = await change([ruleRow('pin', 'tiny')], ['rule/deny large']);
    assert.deepEqual(pinned.targets.get('digits')?.exclusions, [undefined, 'not-pinned']);
    assert.equal(pinned.targets.get('large:original')?.exclusions, undefined);
    const lifted = await change([], ['rule/pin tiny']);
    assert.deepEqual(lifted.targets.get('digits')?.exclusions, ['dominated', undefined]);
    assert.deepEqual(lifted.targets.get('digits')?.rules, []);
    const unknown = await change([ruleRow('praise', 'tiny')]);
    assert.equal(unknown.targets.get('digits'), lifted.targets.get('digits'));
  });

  it('lists the warmth rules of each target, and excludes nothing for them', async () => {
    const rows = createTableRows();
    const warmthRow = (kind: string, target: string, task = 'digits') => ruleRow(kind, target, { task });
    const warmthRows = [
      warmthRow('cold', 'tiny'),
      warmthRow('warm', 'digits'),
      warmthRow('warm', 'large:original'),
      warmthRow('cold', 'words', 'words'),
    ];
    const table = rows.apply(await received([...tableOf([tiny, large], []), ...warmthRows]));
    const warmthRulesOf = (name: string): readonly string[] | undefined =>
      table?.targets.get(name)?.rules.map(({ kind, target }) => `${kind} ${target}`);
    assert.deepEqual(warmthRulesOf('digits'), ['cold tiny', 'warm digits', 'warm large:original']);
    for (const name of ['tiny', 'tiny:original']) assert.deepEqual(warmthRulesOf(name), ['cold tiny', 'warm digits']);
    for (const name of ['large', 'large:original'])
      assert.deepEqual(warmthRulesOf(name), ['warm digits', 'warm large:original']);
    assert.ok([...(table?.targets.values() ?? [])].every(({ exclusions }) => exclusions === undefined));
  });

  it('takes the batch size of a variant from its row, or else from its architecture', async () => {
    const few = { ...large, rowBatchSize: 2 };
    const rows = createTableRows();
    const table = rows.apply(await received(tableOf([tiny, few], [])));
    const sizes = ['digits', 'tiny', 'large'].map((name) => table?.targets.get(name)?.maxBatchSize);
    assert.deepEqual(sizes, [8, 8, 2]);
    const denying = { ...(await received([ruleRow('deny', 'tiny')])), snapshot: false };
    assert.equal(rows.apply(denying)?.targets.get('digits')?.maxBatchSize, 2);
  });

  it('equals the table of a single snapshot after any sequence of changes', async () => {
    const all = await universe();
    const keys = [...new Set(all.map(({ key }) => key))];
    const change = fc.record({ put: fc.subarray(all), removed: fc.subarray(keys), snapshot: fc.nat({ max: 9 }) });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
        const [rows, loads] = [createTableRows(), createReplicaLoads()];
        const present = new Map<string, wire.TableRow>();
        for (const [i, { put, removed, snapshot: draw }] of changes.entries()) {
          const snapshot = i === 0 || draw === 0;
          if (snapshot) present.clear();
          for (const key of removed) present.delete(key);
          for (const row of put) present.set(row.key, row);
          const table = rows.apply(messageOf({ snapshot, rows: put, removed }));
          const fresh = createTableRows().apply(messageOf({ snapshot: true, rows: [...present.values()] }));
          assert.ok(table !== undefined && fresh !== undefined);
          assert.deepEqual(withoutIndices(table), withoutIndices(fresh));
          areDistinct(table.candidates.map(({ index }) => index));
          const again = createReplicaLoads();
          applyReports(loads, table);
          applyReports(again, fresh);
          assert.deepEqual(backlogsOf(loads, table), backlogsOf(again, fresh));
        }
      }),
      { numRuns: 60 },
    );
  });
});

/** Returns rows for random changes. Some keys have several versions. */
async function universe(): Promise<wire.TableRow[]> {
  const replicas = ['tiny', 'large'].flatMap((of) => [1, 2].map((n) => ({ id: `${of}-${n}`, of, address: `w:${n}` })));
  const forms = [
    tableOf([tiny, large], replicas),
    tableOf([{ ...tiny, cost: 30, p99Ms: 5, maxBatchSize: 4 }], []),
    tableOf([{ ...large, placeable: false }], [], { latencyMs: 5 }),
    replicas.map((replica) => replicaRow({ ...replica, state: 'LOADING' })),
    replicas.map((replica) => replicaRow({ ...replica, address: 'w:3' })),
    [{ key: 'router/r', router: { routerId: 'r', address: 'r:1' } }],
    tableOf([{ ...tiny, dominatedBy: 'large:original', rowBatchSize: 2 }], []),
    [ruleRow('deny', 'tiny'), ruleRow('deny', 'large:original', { task: 'digits' }), ruleRow('pin', 'tiny')],
    [ruleRow('pin', 'large', { task: 'digits', reason: 'another' }), ruleRow('praise', 'tiny')],
    [ruleRow('cold', 'tiny', { task: 'digits' }), ruleRow('warm', 'digits', { task: 'digits' })],
  ];
  const messages = await Promise.all(forms.map(received));
  return messages.flatMap(({ rows }) => rows);
}

const messageOf = (fields: Partial<wire.TableMessage>): wire.TableMessage => ({
  ...{
    epoch: 'e',
    revision: 1,
    snapshot: false,
    rows: [],
    removed: [],
    heartbeat: false,
    storeAgeMs: 0,
    reachUnused: false,
  },
  ...fields,
});

/** Returns the table without indices and load indices, which depend on its history. */
function withoutIndices({ targets, candidates, replicas, routers }: RoutingTable): unknown {
  const bare = (candidate: Candidate): unknown => ({
    ...{ ...candidate, index: undefined },
    replicas: byId(candidate.replicas),
  });
  const entries = [...targets.values()].map((entry) => ({
    ...entry,
    candidates: entry.candidates.map(bare),
    rules: entry.rules.map(({ kind, target }) => `${kind} ${target}`).sort(),
  }));
  return {
    targets: entries.sort((a, b) => (a.name < b.name ? -1 : 1)),
    candidates: candidates.map(({ variant }) => variant).sort(),
    replicas: byId(replicas.map(({ id }) => ({ id }))),
    routers,
  };
}

const byId = <T extends { readonly id: string }>(all: readonly T[]): readonly T[] =>
  all.toSorted((a, b) => (a.id < b.id ? -1 : 1));

const areDistinct = (numbers: readonly number[]): void => assert.equal(new Set(numbers).size, numbers.length);

/** Reports a load for each replica that depends only on its id. */
function applyReports(loads: ReplicaLoads, table: RoutingTable): void {
  loads.apply({ kind: 'table', table }, 0, []);
  for (const { id } of table.replicas) {
    const load = {
      ...{ backlogMs: id.length * 7 + Number(id.at(-1)), queuedItems: 1, runningItems: 0 },
      ...{ itemMs: 0, typical: 1, slow: 1, interfered: false },
    };
    loads.apply({ kind: 'reported', replica: id, load }, 0, []);
  }
}

const backlogsOf = (loads: ReplicaLoads, { targets }: RoutingTable): unknown => [
  [...targets.values()]
    .map(({ name, candidates }) =>
      [name, ...candidates.map(({ index }) => loads.candidates[loadFields * index + loadField.freeAt])].join(),
    )
    .sort(),
  loads.callable(),
];
