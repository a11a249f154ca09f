import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bytes, digest, systemClock, type Digest } from '@pareto/core';
import { createTempFolder, type TempFolder } from '@pareto/testkit';
import { createBlobCache, type BlobCache } from '../../src/index.js';
import { planEviction } from '../../src/cache/cache-entries.js';

const digestOf = (text: string): Digest => digest(`sha256:${createHash('sha256').update(text).digest('hex')}`);

describe('blob cache', () => {
  const remote = new Map(['graph', 'weights', 'third'].map((text) => [digestOf(text), Buffer.from(text)]));
  const [graph, weights, third] = ['graph', 'weights', 'third'].map(digestOf) as [Digest, Digest, Digest];
  let folder: TempFolder;
  let fetched: string[];
  let cut: number | undefined;
  beforeEach(async () => {
    folder = await createTempFolder();
    fetched = [];
    cut = undefined;
  });
  afterEach(() => folder[Symbol.asyncDispose]());

  const create = (maxBytes = 1000): Promise<BlobCache> =>
    createBlobCache(folder.path, {
      maxBytes,
      clock: systemClock,
      async *fetch(id, offset) {
        const content = remote.get(id) ?? assert.fail();
        fetched.push(`${content.toString()}+${offset}`);
        yield content.subarray(offset, cut);
        if (cut !== undefined) throw new Error('cut');
      },
    });

  it('fetches a blob once for sequential and concurrent callers', async () => {
    const cache = await create();
    const [first, second] = await Promise.all([cache.open(graph), cache.open(graph)]);
    assert.equal(await readFile(first.path, 'utf8'), 'graph');
    assert.equal(second.path, first.path);
    await cache.open(graph);
    assert.deepEqual(fetched, ['graph+0']);
    assert.equal(cache.sizeBytes, 'graph'.length);
  });

  it('fetches again for the other callers when a shared fetch is cancelled', async () => {
    const cancelled = new AbortController();
    let fetches = 0;
    const cache = await createBlobCache(folder.path, {
      maxBytes: 1000,
      clock: systemClock,
      async *fetch(id, offset, { signal }) {
        fetches += 1;
        if (signal !== undefined) {
          setImmediate(() => cancelled.abort(new Error('enough')));
          await once(signal, 'abort');
          signal.throwIfAborted();
        }
        yield (remote.get(id) ?? assert.fail()).subarray(offset);
      },
    });
    const [first, second] = [cache.open(graph, cancelled.signal), cache.open(graph)];
    await assert.rejects(first, /enough/);
    assert.equal(await readFile((await second).path, 'utf8'), 'graph');
    assert.equal(fetches, 2);
  });

  it('creates a folder of the files of a manifest and removes it on release', async () => {
    const cache = await create();
    const files = [
      { path: 'm.onnx', digest: graph, sizeBytes: bytes(5) },
      { path: 'parts/w.bin', digest: weights, sizeBytes: bytes(7) },
    ];
    const [one, two] = await Promise.all([cache.openModel({ files }), cache.openModel({ files })]);
    assert.notEqual(one.path, two.path);
    assert.equal(await readFile(one.path, 'utf8'), 'graph');
    assert.equal(await readFile(join(dirname(one.path), 'parts/w.bin'), 'utf8'), 'weights');
    await one.release();
    await one.release();
    assert.equal(existsSync(dirname(one.path)), false);
    assert.equal(await readFile(two.path, 'utf8'), 'graph');
  });

  it('evicts the least recently used blobs but none in use', async () => {
    const cache = await create(8);
    const held = await cache.open(graph);
    const other = await cache.open(weights);
    await other.release();
    assert.equal(existsSync(other.path), false);
    assert.equal(existsSync(held.path), true);
    await held.release();
    await cache.open(third);
    assert.deepEqual(fetched, ['graph+0', 'weights+0', 'third+0']);
  });

  it('resumes an interrupted fetch', async () => {
    const cache = await create();
    cut = 3;
    await assert.rejects(cache.open(graph), /cut/);
    cut = undefined;
    assert.equal(await readFile((await cache.open(graph)).path, 'utf8'), 'graph');
    assert.deepEqual(fetched, ['graph+0', 'graph+3']);
  });

  it('keeps blobs across a restart and verifies them before use', async () => {
    const first = await create();
    const kept = await first.open(graph);
    const damaged = await first.open(weights);
    await writeFile(damaged.path, 'wEights');
    fetched = [];
    const second = await create();
    assert.equal(await readFile((await second.open(graph)).path, 'utf8'), 'graph');
    assert.equal(await readFile((await second.open(weights)).path, 'utf8'), 'weights');
    assert.deepEqual(fetched, ['weights+0']);
    assert.ok(existsSync(kept.path));
  });

  it('fetches no more of a blob than its size in the manifest, and none that is larger than the cache', async () => {
    let sent = 0;
    const cache = await createBlobCache(folder.path, {
      maxBytes: 1_000,
      clock: systemClock,
      async *fetch() {
        for (;;) {
          sent += 100;
          yield Buffer.alloc(100);
        }
      },
    });
    const files = [{ path: 'm.onnx', digest: graph, sizeBytes: bytes(250) }];
    await assert.rejects(cache.openModel({ files }), { code: 'resource-exhausted', message: /larger than 250 bytes/ });
    assert.equal(sent, 2 * 300, 'the first attempt, and one with recheck');
    sent = 0;
    await assert.rejects(cache.open(graph), /larger than 1000 bytes/);
    assert.equal(sent, 2 * 1_100);
    assert.deepEqual((await readdir(folder.path, { recursive: true })).toSorted(), ['partial', 'sha256']);
  });

  it('fetches again with recheck, then rejects content of another digest', async () => {
    const seen: [number, boolean][] = [];
    const answers = ['forged', 'forged', 'graph'];
    const cache = await createBlobCache(folder.path, {
      maxBytes: 1000,
      clock: systemClock,
      async *fetch(_id, offset, { recheck }) {
        seen.push([offset, recheck]);
        yield Buffer.from(answers[seen.length - 1] ?? 'forged').subarray(offset);
      },
    });
    await mkdir(folder.file('partial'), { recursive: true });
    await writeFile(folder.file(`partial/${graph.slice(7)}`), 'x');
    assert.equal(await readFile((await cache.open(graph)).path, 'utf8'), 'graph');
    await assert.rejects(cache.open(weights), /the content's digest is/);
    const [whole, rechecked] = [[0, false] as const, [0, true] as const];
    assert.deepEqual(seen, [[1, false], whole, rechecked, whole, rechecked]);
  });
});

describe('planEviction', () => {
  it('returns the oldest idle entries until the rest fits', () => {
    const entry = (sizeBytes: number, lastUsed: number, uses = 0) => ({ sizeBytes, lastUsed, uses });
    const [old, busy, young] = [entry(5, 1), entry(5, 0, 1), entry(5, 9)];
    assert.deepEqual(planEviction([young, busy, old], 10), [old]);
    assert.deepEqual(planEviction([young, busy, old], 4), [old, young]);
    assert.deepEqual(planEviction([young, busy, old], 15), []);
  });
});
