// The location of the blobs, which controllers open and share.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { cp, readdir, writeFile } from 'node:fs/promises';
import { systemClock, type Digest } from '@pareto/core';
import { openEmbeddedStore, type Store } from '@pareto/state';
import { createLogger } from '@pareto/telemetry';
import {
  createTempFolder,
  matrixModel,
  missingS3Server,
  startS3Server,
  waitFor,
  type S3Server,
  type TempFolder,
} from '@pareto/testkit';
import { checkBlobLocation, openBlobStore } from '../../src/storage/blob-location.js';
import { controllerConfig } from '../../src/config.js';
import { createStorage } from '../../src/storage/storage.js';
import { startController, type TestController } from '../support/start-controller.js';
import { digestOf, upload } from '../support/upload-model.js';

describe('location of the blobs', () => {
  let folder: TempFolder;
  let store: Store;
  beforeEach(async () => {
    folder = await createTempFolder();
    store = await openEmbeddedStore(folder.file('store'), { clock: systemClock });
  });
  afterEach(async () => {
    await store[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });
  const flags = { maxBlobMebibytes: 1 };
  const silent = { service: 'controller', level: 'silent', format: 'json' } as const;
  const context = { clock: systemClock, logger: createLogger(silent) };

  it('is a folder in the data directory by default', async () => {
    const place = await openBlobStore({ ...flags, dataDir: folder.file('data') }, context);
    assert.equal(place.location, folder.file('data/blobs'));
    const named = { ...flags, dataDir: folder.file('data'), blobs: folder.file('shared') };
    assert.equal((await openBlobStore(named, context)).location, folder.file('shared'));
    await assert.rejects(openBlobStore({ ...named, s3Endpoint: 'http://localhost:9000' }, context), {
      code: 'invalid-argument',
      message: /--s3-endpoint needs --blobs s3:/,
    });
  });

  it('must be the same for all controllers, or a complete copy of it', async () => {
    const open = (name: string) => openBlobStore({ ...flags, dataDir: folder.file(name) }, context);
    await checkBlobLocation(store, await open('a'));
    await checkBlobLocation(store, await open('a'));
    await assert.rejects(checkBlobLocation(store, await open('b')), {
      code: 'failed-precondition',
      message: /the cluster's blobs are at .*a\/blobs, but this controller uses .*b\/blobs: pass the same/,
    });
    await cp(folder.file('a'), folder.file('moved'), { recursive: true });
    await checkBlobLocation(store, await open('moved'));
  });

  it('accepts another upload of a damaged file, found by a worker or a registration', async () => {
    await using controller = await startController(folder.file('a'), {}, { store });
    const { registry, blobs } = controller;
    await registry.registerTask({ name: 'squares', metric: 'top1' });
    const content = matrixModel(8);
    const digest = digestOf(content);
    const manifest = { files: [{ path: 'm.onnx', digest, sizeBytes: content.length }] };
    const register = (): Promise<unknown> => registry.registerArchitecture({ name: 'm', task: 'squares', manifest });
    const fetched = async (recheck: boolean): Promise<number> => {
      let bytes = 0;
      for await (const { data } of blobs.download({ digest, recheck })) bytes += data.length;
      return bytes;
    };
    const isDamaged = { code: 'data-loss', message: / at …\/blobs was damaged and has been removed/ };
    for (const spoiled of [Buffer.alloc(content.length), content.subarray(0, 10)]) {
      await upload(controller, content);
      await writeFile(folder.file(`a/blobs/sha256/${digest.slice(7)}`), spoiled);
      await assert.rejects(register(), isDamaged);
      assert.equal((await blobs.stat({ digest })).complete, false);
    }
    await upload(controller, content);
    await register();
    assert.equal(await fetched(true), content.length);
    await writeFile(folder.file(`a/blobs/sha256/${digest.slice(7)}`), Buffer.alloc(content.length));
    assert.equal(await fetched(false), content.length);
    await assert.rejects(fetched(true), isDamaged);
    await upload(controller, content);
    await register();
    assert.equal(await fetched(true), content.length);
  });

  describe('in S3', () => {
    const environment = { ...process.env };
    let server: S3Server;
    let cleanUp: (() => PromiseLike<unknown>)[];
    before(async function () {
      this.timeout(300_000);
      if ((await missingS3Server()) !== undefined) this.skip();
    });
    beforeEach(async () => {
      server = await startS3Server();
      Object.assign(process.env, server.env);
      cleanUp = [() => server[Symbol.asyncDispose]()];
    });
    afterEach(async () => {
      for (const name of Object.keys(process.env))
        if (!(name in environment)) Reflect.deleteProperty(process.env, name);
      for (const close of cleanUp.toReversed()) await close();
    });

    async function start(name: string): Promise<TestController> {
      const fields = { blobs: 's3://models/cluster', s3Endpoint: server.endpoint };
      const controller = await startController(folder.file(name), fields, { store });
      cleanUp.push(() => controller[Symbol.asyncDispose]());
      return controller;
    }
    async function download({ blobs }: TestController, digest: string): Promise<Buffer> {
      const parts: Buffer[] = [];
      for await (const { data } of blobs.download({ digest, offset: 0 })) parts.push(data);
      return Buffer.concat(parts);
    }

    it('lets any controller accept, continue and serve an upload', async () => {
      const leader = await start('a');
      const standby = await start('b');
      const content = matrixModel(8);
      const digest = digestOf(content) as Digest;
      const firstHalf = (async function* () {
        yield { digest, sizeBytes: content.length, offset: 0, data: Buffer.from(content.subarray(0, 100)) };
      })();
      await assert.rejects(standby.blobs.upload(firstHalf), /ended after 100 of/);
      assert.equal((await leader.blobs.stat({ digest })).receivedBytes, 100);
      await upload(leader, content, 100);
      for (const controller of [leader, standby]) {
        assert.equal((await controller.blobs.stat({ digest })).complete, true);
        assert.ok((await download(controller, digest)).equals(content));
      }
      await leader.registry.registerTask({ name: 'squares', metric: 'top1' });
      const manifest = { files: [{ path: 'm.onnx', digest, sizeBytes: content.length }] };
      await leader.registry.registerArchitecture({ name: 'm', task: 'squares', manifest });
      for (const name of ['a', 'b']) assert.deepEqual(await readdir(folder.file(name)), ['cache']);
    });

    it('is the location in a folder after all of it is copied', async () => {
      const content = matrixModel(8);
      const digest = digestOf(content) as Digest;
      const copy = (name: string): Promise<void> =>
        cp(folder.file(`a/blobs/${name}`), `${server.folder}/moved/${name}`, { recursive: true });
      const inFolder = await openBlobStore({ ...flags, dataDir: folder.file('a') }, context);
      await checkBlobLocation(store, inFolder);
      const parts = (async function* () {
        yield { offset: 0, data: content };
      })();
      await inFolder.upload(digest, content.length, parts);
      const place = { ...flags, dataDir: folder.file('b'), blobs: 's3://models/moved', s3Endpoint: server.endpoint };
      await copy('sha256');
      await assert.rejects(checkBlobLocation(store, await openBlobStore(place, context)), {
        code: 'failed-precondition',
        message: /to move the blobs, copy the whole folder or prefix with its file "place"$/,
      });
      await copy('place');
      const inS3 = await openBlobStore(place, context);
      await checkBlobLocation(store, inS3);
      assert.equal((await inS3.status(digest)).complete, true);
    });

    it('is waited for at the start, and a stop ends the wait', async () => {
      await server.kill();
      const stopping = new AbortController();
      const lines: string[] = [];
      const logger = createLogger({ ...silent, level: 'warn', write: (line) => lines.push(line) });
      const place = { blobs: 's3://models/cluster', s3Endpoint: server.endpoint };
      const { part, blobs } = await createStorage(
        controllerConfig.schema.parse({ dataDir: folder.file('b'), ...place }),
        { clock: systemClock, logger, store, draining: stopping.signal },
      );
      const starting = part.start(() => undefined);
      await waitFor(
        'the log line',
        () => /ECONNREFUSED.*waiting for the blob store/s.exec(lines.join('')) ?? undefined,
      );
      await assert.rejects(blobs.status(digestOf(Buffer.alloc(1)) as Digest), { code: 'unavailable' });
      stopping.abort();
      await starting;
      const waiting = start('a');
      await server.start();
      const content = randomBytes(100);
      await upload(await waiting, content);
    });

    it('causes UNAVAILABLE while it can’t be reached, and works again afterwards', async () => {
      const controller = await start('a');
      const content = randomBytes(100);
      await server.kill();
      await assert.rejects(controller.blobs.stat({ digest: digestOf(content) }), {
        code: 'unavailable',
        message: /S3 at http:.* can't be reached or is failing \(ECONNREFUSED\): retry/,
      });
      await server.start();
      await upload(controller, content);
    });
  });
});
