import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { digest, type Digest } from '@pareto/core';
import { createTempFolder, type TempFolder } from '@pareto/testkit';
import { createFolderBlobStore, type BlobChunk, type BlobStore } from '../src/index.js';
import { withDiskErrors } from '../src/partial-file.js';

const digestOf = (content: Uint8Array): Digest =>
  digest(`sha256:${createHash('sha256').update(content).digest('hex')}`);

async function* chunks(content: Uint8Array, from = 0, to = content.length, size = 1000): AsyncGenerator<BlobChunk> {
  for (let offset = from; offset < to; offset += size) {
    yield { offset, data: content.subarray(offset, Math.min(to, offset + size)) };
  }
}

async function collect(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
}

describe('folder blob store', () => {
  let folder: TempFolder;
  let store: BlobStore;
  let content: Buffer;
  let id: Digest;
  beforeEach(async () => {
    folder = await createTempFolder();
    store = await createFolderBlobStore(folder.file('blobs'), { maxBlobBytes: 100_000 });
    content = randomBytes(10_500);
    id = digestOf(content);
  });
  afterEach(() => folder[Symbol.asyncDispose]());

  it('gives back what was uploaded', async () => {
    assert.deepEqual(await store.status(id), { complete: false, receivedBytes: 0 });
    await store.upload(id, content.length, chunks(content));
    assert.deepEqual(await store.status(id), { complete: true, receivedBytes: content.length });
    assert.deepEqual(await collect(store.read(id, 0)), content);
    assert.deepEqual(await collect(store.read(id, 10_000)), content.subarray(10_000));
    assert.deepEqual(await readFile(await store.localFile(id)), content);
  });

  it('resumes an upload that broke off, in a process after it', async () => {
    await assert.rejects(store.upload(id, content.length, chunks(content, 0, 4000)), {
      code: 'aborted',
      message: /ended at 4000 of 10500 bytes/,
    });
    const later = await createFolderBlobStore(folder.file('blobs'));
    assert.deepEqual(await later.status(id), { complete: false, receivedBytes: 4000 });
    await assert.rejects(collect(later.read(id, 0)), { code: 'not-found' });
    await later.upload(id, content.length, chunks(content, 4000));
    assert.deepEqual(await collect(later.read(id, 0)), content);
  });

  it('finishes an upload that had everything but its end', async () => {
    const failing = (async function* () {
      yield* chunks(content);
      throw new Error('cut');
    })();
    await assert.rejects(store.upload(id, content.length, failing), /cut/);
    await store.upload(id, content.length, chunks(content, content.length));
    assert.equal((await store.status(id)).complete, true);
  });

  it('takes a blob again without a word', async () => {
    await store.upload(id, content.length, chunks(content));
    await store.upload(id, content.length, chunks(content));
  });

  it('refuses content of another digest, and forgets it', async () => {
    const other = digestOf(Buffer.from('other'));
    await assert.rejects(store.upload(other, content.length, chunks(content)), {
      code: 'invalid-argument',
      message: /the content's digest is sha256:.*, and not sha256:/,
    });
    assert.deepEqual(await store.status(other), { complete: false, receivedBytes: 0 });
  });

  it('refuses a gap, too much, a size out of bounds, a digest that is none', async () => {
    await assert.rejects(
      store.upload(id, content.length, chunks(content, 500)),
      /data came for offset 500, expected 0/,
    );
    await assert.rejects(store.upload(id, 700, chunks(content)), /more data came than the 700 bytes/);
    await assert.rejects(store.upload(id, 100_001, chunks(content)), /may have 100000 bytes/);
    await assert.rejects(store.upload(id, 0, chunks(content)), /expected the whole blob's size/);
    await assert.rejects(store.upload('../../etc/passwd' as Digest, 1, chunks(content)), /is not a digest/);
    await assert.rejects(store.status('sha256:..' as Digest), /is not a digest/);
  });

  it('lets one upload at a time write a blob', async () => {
    let release = (): void => {};
    const gate = new Promise<void>((resolve) => (release = resolve));
    const slow = (async function* () {
      await gate;
      yield* chunks(content);
    })();
    const first = store.upload(id, content.length, slow);
    await store.status(id);
    await assert.rejects(store.upload(id, content.length, chunks(content)), { code: 'aborted' });
    release();
    await first;
  });

  it('says when the disk is full, and when it may not write', async () => {
    const failing = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }));
    await assert.rejects(withDiskErrors('/data/x', failing('ENOSPC')), {
      code: 'resource-exhausted',
      message: /no disk space left at \/data/,
    });
    await assert.rejects(withDiskErrors('/data/x', failing('EACCES')), /can't be written to/);
    await assert.rejects(withDiskErrors('/data/x', failing('EIO')), /EIO/);
    await mkdir(folder.file('x'));
  });
});
