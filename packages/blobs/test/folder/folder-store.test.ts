// The folder blob store: the contract, and failures of a folder.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@pareto/core';
import { createTempFolder, type TempFolder } from '@pareto/testkit';
import { openFolderBlobStore, type BlobChunk } from '../../src/index.js';
import { withDiskErrors } from '../../src/files/partial-file.js';
import { chunks, collect, digestOf } from '../support/blob-content.js';
import { openBlobLocation, type BlobLocation } from '../support/blob-locations.js';
import { describeBlobStore } from '../store/blob-store-contract.js';

describe('folder blob store', () => {
  let folder: TempFolder;
  const blobs = (): string => folder.file('blobs');
  const location = (): BlobLocation => ({ kind: 'folder', folder: blobs() });
  beforeEach(async () => {
    folder = await createTempFolder();
  });
  afterEach(() => folder[Symbol.asyncDispose]());

  describeBlobStore('folder', {
    location,
    env: () => ({}),
    wholeFile: (digest) => join(blobs(), 'sha256', digest.slice(7)),
    async partialFiles(digest) {
      const names = await readdir(join(blobs(), 'partial'));
      return names.filter((name) => name.startsWith(digest.slice(7))).map((name) => join(blobs(), 'partial', name));
    },
  });

  it('resumes partial data in a file without an owner', async () => {
    const content = randomBytes(5000);
    const id = digestOf(content);
    await mkdir(join(blobs(), 'partial'), { recursive: true });
    await writeFile(join(blobs(), 'partial', id.slice(7)), content.subarray(0, 3000));
    const store = await openBlobLocation(location());
    assert.deepEqual(await store.status(id), { complete: false, receivedBytes: 3000 });
    await store.upload(id, content.length, chunks(content, 3000));
    assert.deepEqual(await collect(store.read(id, 0)), content);
  });

  it('throws if its folder was replaced, and writes nothing into the new one', async () => {
    const store = await openBlobLocation(location());
    const content = randomBytes(100);
    const gone = { code: 'unavailable', message: /is not the blob folder that was opened .*mount the original folder/ };
    await rename(blobs(), folder.file('away'));
    await assert.rejects(store.status(digestOf(content)), gone);
    await mkdir(blobs());
    await assert.rejects(store.upload(digestOf(content), 100, chunks(content)), gone);
    await assert.rejects(collect(store.read(digestOf(content), 0)), gone);
    await rm(blobs(), { recursive: true });
    await rename(folder.file('away'), blobs());
    await store.upload(digestOf(content), 100, chunks(content));
  });

  it('rejects a blob that exceeds the free space, and removes partial data when the disk fills up', async () => {
    const options = { maxBlobBytes: Number.MAX_SAFE_INTEGER, clock: systemClock, onDamaged: () => undefined };
    const store = await openFolderBlobStore(blobs(), options);
    const content = randomBytes(5000);
    const id = digestOf(content);
    let started = 0;
    async function* until(end: () => Promise<void>): AsyncGenerator<BlobChunk> {
      started += 1;
      yield* chunks(content, 0, 4000);
      await end();
    }
    await assert.rejects(
      store.upload(
        id,
        2 ** 52,
        until(async () => {}),
      ),
      {
        code: 'resource-exhausted',
        message: /\d+ more bytes do not fit at .*partial, which has \d+ bytes left: free some space/,
      },
    );
    assert.equal(started, 0);
    await assert.rejects(
      store.upload(
        id,
        5000,
        until(async () => {}),
      ),
      { code: 'aborted' },
    );
    assert.equal((await store.status(id)).receivedBytes, 4000);
    const full = () => Promise.reject(Object.assign(new Error('full'), { code: 'ENOSPC' }));
    const filling = until(() => withDiskErrors('/data/x', full));
    await assert.rejects(store.upload(id, 5000, filling), { code: 'resource-exhausted' });
    assert.deepEqual(await readdir(join(blobs(), 'partial')), []);
    await store.upload(id, 5000, chunks(content));
  });

  it('has another id in another folder, and rejects an empty id file', async () => {
    const store = await openBlobLocation(location());
    const other = await openBlobLocation({ kind: 'folder', folder: folder.file('other') });
    assert.notEqual(other.locationId, store.locationId);
    await writeFile(join(blobs(), 'place'), '');
    await assert.rejects(openBlobLocation(location()), { code: 'failed-precondition', message: /place is empty/ });
  });

  it('explains a full disk and missing permissions', async () => {
    const failing = (code: string) => () => Promise.reject(Object.assign(new Error(code), { code }));
    await assert.rejects(withDiskErrors('/data/x', failing('ENOSPC')), {
      code: 'resource-exhausted',
      message: /no disk space left at \/data/,
    });
    await assert.rejects(withDiskErrors('/data/x', failing('EACCES')), /is not writable/);
    await assert.rejects(withDiskErrors('/data/x', failing('EIO')), /EIO/);
    await assert.rejects(openBlobLocation({ kind: 'folder', folder: '/proc/blobs' }), { code: 'failed-precondition' });
  });
});
