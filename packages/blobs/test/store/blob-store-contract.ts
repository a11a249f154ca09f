// What every blob store promises: one suite, run over each of them.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Digest } from '@pareto/core';
import { createTempFolder, startChild, waitFor, type Child, type TempFolder } from '@pareto/testkit';
import type { BlobStore, StoredBlob } from '../../src/index.js';
import { chunks, collect, digestOf } from '../support/blob-content.js';
import { impatientClock, openBlobLocation, type BlobLocation } from '../support/blob-locations.js';
import type { UploadOrder } from './upload-child.js';

export interface BlobStoreFixture {
  /** An empty place. */
  readonly location: () => BlobLocation;
  /** For the processes that use the place. */
  readonly env: () => Readonly<Record<string, string>>;
  /** Where a blob is, once it is whole. */
  readonly wholeFile: (digest: Digest) => string;
  /** Files that hold what an unfinished upload left. */
  readonly partialFiles: (digest: Digest) => Promise<readonly string[]>;
}

export function describeBlobStore(name: string, fixture: BlobStoreFixture): void {
  describe(`${name}: as every blob store`, () => {
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

    it('gives back what was uploaded, from any offset, to whoever opened the same place', async () => {
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

    it('has one id, whoever opens it first', async () => {
      assert.ok(store.locationId.length > 10);
      assert.equal(other.locationId, store.locationId);
      const notes = await Promise.all([store.noteOnce('collector', 'one'), other.noteOnce('collector', 'two')]);
      assert.equal(notes[0], notes[1]);
      assert.equal(await other.noteOnce('collector', 'three'), notes[0]);
    });

    it('resumes an upload that broke off through another', async () => {
      await assert.rejects(store.upload(id, content.length, chunks(content, 0, 4000)), {
        code: 'aborted',
        message: /ended at 4000 of 10500 bytes/,
      });
      assert.deepEqual(await other.status(id), { complete: false, receivedBytes: 4000 });
      await assert.rejects(collect(other.read(id, 0)), { code: 'not-found' });
      await assert.rejects(other.localFile(id), { code: 'not-found' });
      await assert.rejects(other.upload(id, content.length, chunks(content, 4000, 9000)), { code: 'aborted' });
      await store.upload(id, content.length, chunks(content, 9000));
      assert.deepEqual(await collect(other.read(id, 0)), content);
      assert.equal((await listed()).filter(({ partial }) => partial).length, 0);
    });

    it('takes no harm from a client that knows of less than is there, and sends one that knows of more to ask', async () => {
      await cut(4000);
      const gap = { code: 'aborted', message: /for offset 5000, expected 4000: ask Stat where to go on/ };
      await assert.rejects(other.upload(id, content.length, chunks(content, 5000)), gap);
      await other.upload(id, content.length, chunks(content, 1500));
      assert.deepEqual(await collect(store.read(id, 0)), content);
    });

    it('finishes an upload that had everything but its end', async () => {
      const failing = (async function* () {
        yield* chunks(content);
        throw new Error('cut');
      })();
      await assert.rejects(store.upload(id, content.length, failing), /cut/);
      assert.deepEqual(await other.status(id), { complete: false, receivedBytes: content.length });
      await other.upload(id, content.length, chunks(content, content.length));
      assert.equal((await store.status(id)).complete, true);
    });

    it('takes a blob again without a word', async () => {
      await store.upload(id, content.length, chunks(content));
      await other.upload(id, content.length, chunks(content));
    });

    it('refuses content of another digest, and forgets it', async () => {
      const wrong = digestOf('other');
      await assert.rejects(store.upload(wrong, content.length, chunks(content)), {
        code: 'invalid-argument',
        message: /the content's digest is sha256:.*, and not sha256:/,
      });
      assert.deepEqual(await other.status(wrong), { complete: false, receivedBytes: 0 });
      assert.deepEqual(await listed(), []);
    });

    it('finds what was changed in the place meanwhile', async () => {
      await cut(6000);
      const [file = ''] = await fixture.partialFiles(id);
      const bytes = await readFile(file);
      bytes.writeUInt8((bytes.readUInt8(17) + 1) % 256, 17);
      await writeFile(file, bytes);
      await assert.rejects(other.upload(id, content.length, chunks(content, 6000)), { code: 'invalid-argument' });
      assert.deepEqual(await store.status(id), { complete: false, receivedBytes: 0 });
      await store.upload(id, content.length, chunks(content));
    });

    it('goes on from what is left of a truncated beginning', async () => {
      await cut(6000);
      const [file = ''] = await fixture.partialFiles(id);
      await writeFile(file, content.subarray(0, 2000));
      const { receivedBytes } = await other.status(id);
      assert.ok(receivedBytes <= 2000);
      await other.upload(id, content.length, chunks(content, receivedBytes));
      assert.deepEqual(await collect(store.read(id, 0)), content);
    });

    it('starts anew when what is there is longer than the blob', async () => {
      await cut(6000);
      await other.upload(digestOf('x'), 1, chunks(Buffer.from('x')));
      await assert.rejects(other.upload(id, 5000, chunks(content, 0, 5000)), { code: 'invalid-argument' });
    });

    it('lets what was damaged in the place be sent again, once a reader has it looked at', async () => {
      const damaged: Digest[] = [];
      const looking = await openBlobLocation(fixture.location(), undefined, (digest) => damaged.push(digest));
      const isDamaged = {
        code: 'data-loss',
        message: /was damaged at .* and is removed: register its model or task again/,
      };
      const spoiled = Buffer.from(content);
      spoiled.writeUInt8((content.readUInt8(17) + 1) % 256, 17);
      for (const other_ of [spoiled, content.subarray(0, 7_000), Buffer.alloc(0)]) {
        for (const look of [() => looking.recheck(id), () => looking.localFile(id)]) {
          await store.upload(id, content.length, chunks(content));
          await looking.recheck(id);
          await writeFile(fixture.wholeFile(id), other_);
          await assert.rejects(look(), isDamaged);
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

    it('refuses a gap, too much, a size out of bounds, a digest that is none', async () => {
      await assert.rejects(store.upload(id, content.length, chunks(content, 500)), /for offset 500, expected 0/);
      await assert.rejects(store.upload(id, 700, chunks(content)), /more data came than the 700 bytes/);
      await assert.rejects(store.upload(id, (32 << 20) + 1, chunks(content)), /may have 33554432 bytes/);
      await assert.rejects(store.upload(id, 0, chunks(content)), /expected the whole blob's size/);
      await assert.rejects(store.upload('../../etc/passwd' as Digest, 1, chunks(content)), /is not a digest/);
      await assert.rejects(store.status('sha256:..' as Digest), /is not a digest/);
      await assert.rejects(collect(store.read('sha256:..' as Digest, 0)), /is not a digest/);
    });

    it('lets one upload at a time write a blob, wherever it comes in', async () => {
      let release = (): void => {};
      const gate = new Promise<void>((resolve) => (release = resolve));
      const slow = (async function* () {
        yield* chunks(content, 0, 1000);
        await gate;
        yield* chunks(content, 1000);
      })();
      const first = store.upload(id, content.length, slow);
      await waitFor('the first to be seen', async () => (await isListed()) || undefined);
      const isBusy = { code: 'aborted', message: /is being uploaded by another/ };
      await assert.rejects(store.upload(id, content.length, chunks(content)), isBusy);
      await assert.rejects(other.upload(id, content.length, chunks(content)), isBusy);
      release();
      await first;
      assert.deepEqual(await collect(other.read(id, 0)), content);
    });
    const isListed = async (): Promise<boolean> => (await listed()).some(({ digest }) => digest === id);

    it('comes out right when many begin in the same moment', async () => {
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

    it('lists what is there, and deletes what nobody has touched since', async () => {
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

    it('counts being asked for as being touched', async () => {
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
        store = await openBlobLocation(fixture.location(), impatientClock);
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

      it('goes on, soon, where one that was killed ended', async () => {
        const least = 8 << 20;
        const hasMost = async (): Promise<boolean> => (await store.status(digestOf(big))).receivedBytes >= least;
        await waitFor('most of it', async () => (await hasMost()) || undefined);
        child.kill('SIGKILL');
        await child.exited;
        assert.ok((await takeOver()) >= least);
        assert.equal((await listed()).length, 1);
      });

      it('takes one that stands still for dead, and isn’t harmed when it wakes', async () => {
        child.kill('SIGSTOP');
        await takeOver();
        await writeFile(order.gate, '');
        child.kill('SIGCONT');
        await child.exited;
        assert.match(child.output, /uploaded|failed .*try again later/);
        assert.ok((await collect(other.read(digestOf(big), 0))).equals(big));
        assert.equal((await listed()).filter(({ partial }) => !partial).length, 1);
      });
    });
  });
}
