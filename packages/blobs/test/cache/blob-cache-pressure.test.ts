// A cache that is too small for its load: the blobs it evicts, keeps and fetches again.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bytes, systemClock, type Digest, type Manifest } from '@pareto/core';
import { createTempFolder, waitFor, type TempFolder } from '@pareto/testkit';
import { createBlobCache, type BlobCache, type CachedFile } from '../../src/index.js';
import { withDiskErrors } from '../../src/files/partial-file.js';
import { digestOf } from '../support/blob-content.js';

const diskFull = (): Promise<void> => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' }));

interface Model {
  readonly manifest: Manifest;
  readonly digests: readonly Digest[];
}

describe('blob cache under pressure', function () {
  this.timeout(60_000);
  const remote = new Map<Digest, Buffer>();
  const fileBytes = 10_000;
  let folder: TempFolder;
  let fetched: Digest[];
  let now: number;
  /** Promise that fetches wait for. */
  let gate: Promise<void>;
  /** Number of files that fit on the disk. */
  let diskFiles: number;
  beforeEach(async () => {
    folder = await createTempFolder();
    fetched = [];
    now = Date.now();
    gate = Promise.resolve();
    diskFiles = Infinity;
  });
  afterEach(() => folder[Symbol.asyncDispose]());

  const create = (maxFiles: number): Promise<BlobCache> =>
    createBlobCache(folder.path, {
      maxBytes: maxFiles * fileBytes,
      clock: { ...systemClock, wallMs: () => (now += 1_000) },
      async *fetch(id, offset) {
        fetched.push(id);
        await gate;
        if ((await cached()).length >= diskFiles) await withDiskErrors(folder.path, diskFull);
        const content = remote.get(id) ?? assert.fail();
        for (let at = offset; at < content.length; at += 3_000) yield content.subarray(at, at + 3_000);
      },
    });

  /** Returns a new model of two files. */
  function model(): Model {
    const contents = [randomBytes(fileBytes), randomBytes(fileBytes)];
    const files = contents.map((content, index) => {
      remote.set(digestOf(content), content);
      const path = index === 0 ? 'model.onnx' : 'weights.bin';
      return { path, digest: digestOf(content), sizeBytes: bytes(fileBytes) };
    });
    return { manifest: { files }, digests: files.map(({ digest }) => digest) };
  }
  const cached = async (): Promise<readonly string[]> =>
    (await readdir(folder.file('sha256'))).map((name) => `sha256:${name}`).sort();
  const assertWhole = async (opened: CachedFile, { digests }: Model): Promise<void> => {
    const weights = join(dirname(opened.path), 'weights.bin');
    for (const [index, path] of [opened.path, weights].entries())
      assert.equal(digestOf(await readFile(path)), digests[index]);
  };

  it('keeps blobs in use, and only as many idle blobs as fit', async () => {
    const cache = await create(4);
    const models = Array.from({ length: 5 }, model);
    const [first, ...others] = models;
    assert.ok(first !== undefined);
    const held = await cache.openModel(first.manifest);
    for (let round = 0; round < 2; round += 1) {
      await Promise.all(
        others.map(async (one) => {
          const opened = await cache.openModel(one.manifest);
          await assertWhole(opened, one);
          await opened.release();
        }),
      );
      await assertWhole(held, first);
      assert.ok((await cached()).length <= 4);
    }
    assert.equal(fetched.filter((id) => first.digests.includes(id)).length, 2);
    await held.release();
    assert.equal((await readdir(folder.file('models'))).length, 0);
  });

  it('evicts when a model is opened, not only when one is released', async () => {
    const cache = await create(2);
    const [idle, next] = [model(), model()];
    await (await cache.openModel(idle.manifest)).release();
    const open = await cache.openModel(next.manifest);
    assert.deepEqual(await cached(), [...next.digests].sort());
    await open.release();
  });

  it('exceeds its limit while all blobs are in use and shrinks as they are released', async () => {
    const cache = await create(2);
    const models = Array.from({ length: 3 }, model);
    const opened = await Promise.all(models.map((one) => cache.openModel(one.manifest)));
    assert.equal((await cached()).length, 6);
    for (const one of opened) await one.release();
    assert.deepEqual(await cached(), [...(models[2]?.digests ?? [])].sort());
  });

  it('evicts in the order of last use, also after a restart', async () => {
    const [a, b, c] = [model(), model(), model()];
    const first = await create(6);
    const heldLong = await first.openModel(a.manifest);
    for (const one of [b, c]) await (await first.openModel(one.manifest)).release();
    await heldLong.release();
    fetched = [];
    const second = await create(4);
    assert.deepEqual(await cached(), [...a.digests, ...c.digests].sort());
    await (await second.openModel(c.manifest)).release();
    await (await second.openModel(b.manifest)).release();
    assert.deepEqual(await cached(), [...b.digests, ...c.digests].sort());
    assert.deepEqual(fetched, b.digests);
  });

  it('shares one fetch among replicas of a model', async () => {
    const cache = await create(4);
    const one = model();
    const opened = await Promise.all([1, 2, 3].map(() => cache.openModel(one.manifest)));
    assert.deepEqual([...fetched].sort(), [...one.digests].sort());
    await opened[0]?.release();
    for (const still of opened.slice(1)) await assertWhole(still, one);
    await Promise.all(opened.map((each) => each.release()));
  });

  it('evicts other blobs during a fetch but never the one being fetched', async () => {
    const cache = await create(2);
    const [idle, coming] = [model(), model()];
    const open = await cache.openModel(idle.manifest);
    let release = (): void => {};
    gate = new Promise((resolve) => (release = resolve));
    const fetching = cache.openModel(coming.manifest);
    await waitFor('the fetch', () => fetched.length === 3 || undefined);
    await open.release();
    release();
    await assertWhole(await fetching, coming);
    assert.deepEqual(await cached(), [...coming.digests].sort());
  });

  it('evicts idle blobs, least recently used first, before it fails on a full disk', async () => {
    diskFiles = 5;
    const cache = await create(100);
    const [oldest, idle, held, next, last] = [model(), model(), model(), model(), model()];
    for (const one of [oldest, idle]) await (await cache.openModel(one.manifest)).release();
    const opened = [await cache.openModel(held.manifest)];
    assert.deepEqual(await cached(), [...oldest.digests.slice(1), ...idle.digests, ...held.digests].sort());
    opened.push(await cache.openModel(next.manifest));
    await assertWhole(opened[0] ?? assert.fail(), held);
    await assertWhole(opened[1] ?? assert.fail(), next);
    await assert.rejects(cache.openModel(last.manifest), {
      code: 'resource-exhausted',
      message: /no disk space left/,
    });
    assert.deepEqual(await readdir(folder.file('partial')), []);
    await opened[0]?.release();
    await assertWhole(await cache.openModel(last.manifest), last);
    assert.deepEqual(await cached(), [...held.digests.slice(1), ...next.digests, ...last.digests].sort());
  });

  it('fetches a blob again that is being evicted', async () => {
    const cache = await create(1);
    const one = model();
    for (let round = 0; round < 5; round += 1) {
      const openings = [cache.openModel(one.manifest), cache.openModel(model().manifest)];
      for (const file of await Promise.all(openings)) {
        assert.ok(existsSync(file.path));
        await file.release();
      }
    }
  });

  it('fetches blobs again that were damaged or removed externally', async () => {
    const one = model();
    const [graph, weights] = one.digests.map((id) => folder.file(`sha256/${id.slice(7)}`));
    assert.ok(graph !== undefined && weights !== undefined);
    const first = await create(4);
    await (await first.openModel(one.manifest)).release();
    await rm(weights);
    await (await first.openModel(one.manifest)).release();
    await writeFile(graph, randomBytes(fileBytes));
    await writeFile(weights, '');
    fetched = [];
    const second = await create(4);
    await assertWhole(await second.openModel(one.manifest), one);
    assert.deepEqual(fetched, one.digests);
  });

  it('starts over when a partial download was damaged', async () => {
    const one = model();
    const [graph] = one.digests;
    await mkdir(folder.file('partial'));
    await writeFile(folder.file(`partial/${graph?.slice(7)}`), Buffer.alloc(4_000));
    const cache = await create(4);
    await assertWhole(await cache.openModel(one.manifest), one);
  });

  it('removes partial downloads older than a day', async () => {
    await mkdir(folder.file('partial'));
    for (const [name, hours] of [
      ['old', 25],
      ['new', 1],
    ] as const) {
      await writeFile(folder.file(`partial/${name}`), 'x');
      await utimes(folder.file(`partial/${name}`), now / 1000 - hours * 3600, now / 1000 - hours * 3600);
    }
    await create(4);
    assert.deepEqual(await readdir(folder.file('partial')), ['new']);
  });
});
