// The contract of blob stores: one test suite for every store.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Digest } from '@pareto/core';
import { createTempFolder, startChild, waitFor, type Child, type TempFolder } from '@pareto/testkit';
import type { BlobStore, StoredBlob } from '../../src/index.js';
import { chunks, collect, digestOf } from '../support/blob-content.js';
import { fastClock, openBlobLocation, type BlobLocation } from '../support/blob-locations.js';
import type { UploadOrder } from './upload-child.js';

export interface BlobStoreFixture {
  /** Returns an empty location. */
  readonly location: () => BlobLocation;
  /** Environment of processes that use the location. */
  readonly env: () => Readonly<Record<string, string>>;
  /** Returns the path of a complete blob. */
  readonly wholeFile: (digest: Digest) => string;
  /** Returns the files of an unfinished upload. */
  readonly partialFiles: (digest: Digest) => Promise<readonly string[]>;
}

export function describeBlobStore(name: string, fixture: BlobStoreFixture): void {
  describe(`${name}: contract of blob stores`, () => {
    let temp: TempFolder;
    let store: BlobStore;
    let other: BlobStore;
    let content: Buffer;
    let id: Digest;
    beforeEach(async () => {
      temp = await createTempFolder();
      [store, other] = await Promise.all([openBlobLocation(fixture.location()), openBlobLocation(fixture.location())]);
      content = randomBytes(10_500);
      id = digestOf(content);
    });
    afterEach(() => temp[Symbol.asyncDispose]());

    const listed = async (): Promise<readonly StoredBlob[]> => {
      const blobs: StoredBlob[] = [];
      for await (const blob of store.list()) blobs.push(blob);
      return blobs;
    };
    const cut = (to: number): Promise<void> =>
      assert.rejects(store.upload(id, content.length, chunks(content, 0, to)), { code: 'aborted' });

    it('reads an uploaded blob from any offset, from every process with the location open', async () => {
      assert.deepEqual(await store.status(id), { complete: false, receivedBytes: 0 });
      await store.upload(id, content.length, chunks(content));
      for (const from of [store, other]) {
        assert.deepEqual(await from.status(id), { complete: true, receivedBytes: content.length });
        assert.deepEqual(await collect(from.read(id, 0)), content);
        assert.deepEqual(await collect(from.read(id, 10_000)), content.subarray(10_000));
        assert.deepEqual(await collect(from.read(id, content.length)), Buffer.alloc(0));
      }
      const file = await other.localFile(id);
      assert.deepEqual(await readFile(file.path), content);
      await file.release();
    });

    it('has the same id and notes for every process', async () => {
      assert.ok(store.locationId.length > 10);
      assert.equal(other.locationId, store.locationId);
      const notes = await Promise.all([store.noteOnce('collector', 'one'), other.noteOnce('collector', 'two')]);
      assert.equal(notes[0], notes[1]);
      assert.equal(await other.noteOnce('collector', 'three'), notes[0]);
    });

    it('resumes an interrupted upload through another process', async () => {
      await assert.rejects(store.upload(id, content.length, chunks(content, 0, 4000)), {
        code: 'aborted',
        message: /ended after 4000 of 10500 bytes/,
      });
      assert.deepEqual(await other.status(id), { complete: false, receivedBytes: 4000 });
      await assert.rejects(collect(other.read(id, 0)), { code: 'not-found' });
      await assert.rejects(other.localFile(id), { code: 'not-found' });
      await assert.rejects(other.upload(id, content.length, chunks(content, 4000, 9000)), { code: 'aborted' });
      await store.upload(id, content.length, chunks(content, 9000));
      assert.deepEqual(await collect(other.read(id, 0)), content);
      assert.equal((await listed()).filter(({ partial }) => partial).length, 0);
    });

    it('skips data that it has, and rejects a gap in the data', async () => {
      await cut(4000);
      const gap = { code: 'aborted', message: /for offset 5000, expected 4000: call Stat for the offset/ };
      await assert.rejects(other.upload(id, content.length, chunks(content, 5000)), gap);
      await other.upload(id, content.length, chunks(content, 1500));
      assert.deepEqual(await collect(store.read(id, 0)), content);
    });

    it('finishes an upload that was cut after its last byte', async () => {
      const failing = (async function* () {
        yield* chunks(content);
        throw new Error('cut');
      })();
      await assert.rejects(store.upload(id, content.length, failing), /cut/);
      assert.deepEqual(await other.status(id), { complete: false, receivedBytes: content.length });
      await other.upload(id, content.length, chunks(content, content.length));
      assert.equal((await store.status(id)).complete, true);
    });

    it('accepts an upload of a complete blob', async () => {
      await store.upload(id, content.length, chunks(content));
      await other.upload(id, content.length, chunks(content));
    });

    it('rejects content of another digest and removes it', async () => {
      const wrong = digestOf('other');
      await assert.rejects(store.upload(wrong, content.length, chunks(content)), {
        code: 'invalid-argument',
        message: /the content's digest is sha256:.*, expected sha256:/,
      });
      assert.deepEqual(await other.status(wrong), { complete: false, receivedBytes: 0 });
      assert.deepEqual(await listed(), []);
    });

    it('detects partial data that was changed externally', async () => {
      await cut(6000);
      const [file = ''] = await fixture.partialFiles(id);
      const bytes = await readFile(file);
      bytes.writeUInt8((bytes.readUInt8(17) + 1) % 256, 17);
      await writeFile(file, bytes);
      await assert.rejects(other.upload(id, content.length, chunks(content, 6000)), { code: 'invalid-argument' });
      assert.deepEqual(await store.status(id), { complete: false, receivedBytes: 0 });
      await store.upload(id, content.length, chunks(content));
    });

    it('resumes from truncated partial data', async () => {
      await cut(6000);
      const [file = ''] = await fixture.partialFiles(id);
      await writeFile(file, content.subarray(0, 2000));
      const { receivedBytes } = await other.status(id);
      assert.ok(receivedBytes <= 2000);
      await other.upload(id, content.length, chunks(content, receivedBytes));
      assert.deepEqual(await collect(store.read(id, 0)), content);
    });

    it('discards partial data that is longer than the blob', async () => {
      await cut(6000);
      await other.upload(digestOf('x'), 1, chunks(Buffer.from('x')));
      await assert.rejects(other.upload(id, 5000, chunks(content, 0, 5000)), { code: 'invalid-argument' });
    });

    it('removes a damaged blob on recheck, so that it can be uploaded again', async () => {
      const damaged: Digest[] = [];
      const checking = await openBlobLocation(fixture.location(), undefined, (digest) => damaged.push(digest));
      const isDamaged = {
        code: 'data-loss',
        message: /at .* was damaged and has been removed: register its model or task again/,
      };
      const spoiled = Buffer.from(content);
      spoiled.writeUInt8((content.readUInt8(17) + 1) % 256, 17);
      for (const damage of [spoiled, content.subarray(0, 7_000), Buffer.alloc(0)]) {
        for (const check of [() => checking.recheck(id), () => checking.localFile(id)]) {
          await store.upload(id, content.length, chunks(content));
          await checking.recheck(id);
          await writeFile(fixture.wholeFile(id), damage);
          await assert.rejects(check(), isDamaged);
          for (const from of [store, other]) {
            assert.deepEqual(await from.status(id), { complete: false, receivedBytes: 0 });
            await assert.rejects(from.recheck(id), { code: 'not-found' });
          }
        }
      }
      assert.deepEqual(
        damaged,
        Array.from({ length: 6 }, () => id),
      );
      await other.upload(id, content.length, chunks(content));
      assert.deepEqual(await collect(store.read(id, 0)), content);
    }).timeout(20_000);

    it('rejects a gap, excess data, a size out of range and an invalid digest', async () => {
      await assert.rejects(store.upload(id, content.length, chunks(content, 500)), /for offset 500, expected 0/);
      await assert.rejects(store.upload(id, 700, chunks(content)), /more data than the announced 700 bytes/);
      await assert.rejects(
        store.upload(id, (32 << 20) + 1, chunks(content)),
        /has 33554433 bytes, but the limit is 33554432/,
      );
      await assert.rejects(store.upload(id, 0, chunks(content)), /expected the size of the whole blob/);
      await assert.rejects(store.upload('../../etc/passwd' as Digest, 1, chunks(content)), /is not a digest/);
      await assert.rejects(store.status('sha256:..' as Digest), /is not a digest/);
      await assert.rejects(collect(store.read('sha256:..' as Digest, 0)), /is not a digest/);
    });

    it('rejects an upload while another process uploads the same blob', async () => {
      let release = (): void => {};
      const gate = new Promise<void>((resolve) => (release = resolve));
      const slow = (async function* () {
        yield* chunks(content, 0, 1000);
        await gate;
        yield* chunks(content, 1000);
      })();
      const first = store.upload(id, content.length, slow);
      await waitFor('the first to be seen', async () => (await isListed()) || undefined);
      const isBusy = { code: 'aborted', message: /another upload of .* is in progress/ };
      await assert.rejects(store.upload(id, content.length, chunks(content)), isBusy);
      await assert.rejects(other.upload(id, content.length, chunks(content)), isBusy);
      release();
      await first;
      assert.deepEqual(await collect(other.read(id, 0)), content);
    });
    const isListed = async (): Promise<boolean> => (await listed()).some(({ digest }) => digest === id);

    it('stores one intact blob when uploads start at the same moment', async () => {
      const third = await openBlobLocation(fixture.location());
      const uploads = [store, other, third].map((to) => to.upload(id, content.length, chunks(content)));
      const results = await Promise.allSettled(uploads);
      const failed = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
      assert.ok(failed.length < results.length, String(failed[0]));
      for (const error of failed) assert.equal((error as { code: string }).code, 'aborted');
      assert.deepEqual(await collect(store.read(id, 0)), content);
      assert.deepEqual(
        (await listed()).map(({ partial }) => partial),
        [false],
      );
    });

    it('lists blobs, and deletes only those not touched since', async () => {
      const half = randomBytes(3000);
      await store.upload(id, content.length, chunks(content));
      await assert.rejects(store.upload(digestOf(half), 3000, chunks(half, 0, 2000)), { code: 'aborted' });
      const blobs = await listed();
      assert.deepEqual(
        blobs.map(({ digest, partial, sizeBytes }) => ({ digest, partial, sizeBytes })),
        [
          { digest: id, partial: false, sizeBytes: content.length },
          { digest: digestOf(half), partial: true, sizeBytes: 2000 },
        ],
      );
      for (const blob of blobs) {
        assert.ok(Math.abs(blob.touchedWallMs - Date.now()) < 60_000);
        assert.equal(await other.delete({ ...blob, touchedWallMs: blob.touchedWallMs - 5_000 }), false);
      }
      for (const blob of blobs) assert.equal(await other.delete(blob), true);
      assert.deepEqual(await listed(), []);
      assert.deepEqual(await store.status(id), { complete: false, receivedBytes: 0 });
      await store.upload(id, content.length, chunks(content));
    });

    it('updates the touched time on a status call', async () => {
      await store.upload(id, content.length, chunks(content));
      const [before] = await listed();
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      await other.status(id);
      const [after] = await listed();
      assert.ok(before !== undefined && after !== undefined && after.touchedWallMs > before.touchedWallMs);
      assert.equal(await store.delete(before), false);
    });

    describe('with an uploading process', function () {
      this.timeout(60_000);
      let child: Child;
      let big: Buffer;
      let order: UploadOrder;
      beforeEach(async () => {
        store = await openBlobLocation(fixture.location(), fastClock);
        big = randomBytes(10 << 20);
        order = { location: fixture.location(), file: temp.file('big'), pauseAt: 9 << 20, gate: temp.file('gate') };
        await writeFile(order.file, big);
        const program = fileURLToPath(new URL('upload-child.ts', import.meta.url));
        child = startChild(process.execPath, ['--import=tsx', program, JSON.stringify(order)], { env: fixture.env() });
        await waitFor('the upload', () => child.output.includes('paused') || undefined, 40_000);
      });
      afterEach(() => child[Symbol.asyncDispose]());

      async function takeOver(): Promise<number> {
        const { receivedBytes } = await store.status(digestOf(big));
        await store.upload(digestOf(big), big.length, chunks(big, receivedBytes, big.length, 1 << 20));
        assert.ok((await collect(other.read(digestOf(big), 0))).equals(big));
        return receivedBytes;
      }

      it('resumes the upload of a killed process', async () => {
        const minBytes = 8 << 20;
        const hasMost = async (): Promise<boolean> => (await store.status(digestOf(big))).receivedBytes >= minBytes;
        await waitFor('most of it', async () => (await hasMost()) || undefined);
        child.kill('SIGKILL');
        await child.exited;
        assert.ok((await takeOver()) >= minBytes);
        assert.equal((await listed()).length, 1);
      });

      it('takes over from a stopped process and survives its return', async () => {
        child.kill('SIGSTOP');
        await takeOver();
        await writeFile(order.gate, '');
        child.kill('SIGCONT');
        await child.exited;
        assert.match(child.output, /uploaded|failed .*retry later/);
        assert.ok((await collect(other.read(digestOf(big), 0))).equals(big));
        assert.equal((await listed()).filter(({ partial }) => !partial).length, 1);
      });
    });
  });
}
