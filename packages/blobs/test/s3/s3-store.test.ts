// The S3 blob store on a real S3-compatible server: the contract, and failures of a server.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  createTempFolder,
  missingS3Server,
  startS3Server,
  type S3Server,
  type TempFolder,
  waitFor,
} from '@pareto/testkit';
import { chunks, collect, digestOf } from '../support/blob-content.js';
import { fastClock, openBlobLocation, type BlobLocation } from '../support/blob-locations.js';
import { describeBlobStore } from '../store/blob-store-contract.js';

describe('S3 blob store', () => {
  const originalEnv = { ...process.env };
  let server: S3Server;
  const running: S3Server[] = [];
  let temp: TempFolder;
  let round = 0;
  before(async function () {
    this.timeout(300_000);
    const missing = await missingS3Server();
    if (missing !== undefined) this.skip();
    server = await startS3Server();
    running.push(server);
  });
  after(() => Promise.all(running.map((one) => one[Symbol.asyncDispose]())));
  beforeEach(async () => {
    Object.assign(process.env, server.env);
    temp = await createTempFolder();
    round += 1;
  });
  afterEach(async () => {
    for (const name of Object.keys(process.env)) if (!(name in originalEnv)) Reflect.deleteProperty(process.env, name);
    await temp[Symbol.asyncDispose]();
  });

  const location = (bucket = server.bucket): BlobLocation & { readonly kind: 's3' } => ({
    kind: 's3',
    url: `s3://${bucket}/round/${round}`,
    endpoint: server.endpoint,
    cacheFolder: temp.file(randomBytes(4).toString('hex')),
  });

  describeBlobStore('S3', {
    location,
    env: () => server.env,
    wholeFile: (digest) => join(server.folder, 'round', String(round), 'sha256', digest.slice(7)),
    async partialFiles(digest) {
      const folder = join(server.folder, 'round', String(round), 'partial', digest.slice(7));
      return (await readdir(folder)).map((name) => join(folder, name));
    },
  });

  it('resumes an upload after an outage of the server', async () => {
    const store = await openBlobLocation(location(), fastClock);
    const content = randomBytes(20 << 20);
    const id = digestOf(content);
    const interrupted = (async function* () {
      yield* chunks(content, 0, 12 << 20, 1 << 20);
      await waitFor('a chunk', async () => (await store.status(id)).receivedBytes > 0 || undefined);
      await server.kill();
      yield* chunks(content, 12 << 20, content.length, 1 << 20);
    })();
    await assert.rejects(store.upload(id, content.length, interrupted), {
      code: 'unavailable',
      message: new RegExp(`S3 at ${server.endpoint} can't be reached`),
    });
    await server.start();
    const { complete, receivedBytes } = await store.status(id);
    assert.equal(complete, false);
    assert.ok(receivedBytes >= 8 << 20);
    await store.upload(id, content.length, chunks(content, receivedBytes, content.length, 1 << 20));
    assert.ok((await collect(store.read(id, 0))).equals(content));
  }).timeout(60_000);

  it('keeps a local file until it is released', async () => {
    const store = await openBlobLocation(location());
    const content = randomBytes(9 << 20);
    await store.upload(digestOf(content), content.length, chunks(content, 0, content.length, 1 << 20));
    const file = await store.localFile(digestOf(content));
    assert.ok(existsSync(file.path));
    await file.release();
    assert.equal(existsSync(file.path), false);
  });

  it('ignores objects that are not blobs', async () => {
    const store = await openBlobLocation(location());
    const folder = join(server.folder, 'round', String(round));
    await store.upload(digestOf('x'), 1, chunks(Buffer.from('x')));
    for (const name of ['sha256', 'partial']) {
      await mkdir(join(folder, name), { recursive: true });
      await writeFile(join(folder, name, 'README'), 'not a blob');
    }
    const listed: string[] = [];
    for await (const { digest } of store.list()) listed.push(digest);
    assert.deepEqual(listed, [digestOf('x')]);
  });

  const rejects = (what: BlobLocation, message: RegExp, code = 'failed-precondition'): Promise<void> =>
    assert.rejects(openBlobLocation(what), { code, message });

  it('explains a missing bucket', async () => {
    await rejects(location('nobucket'), /there is no bucket nobucket at http:.*: create it, or correct its name/);
  });

  it('explains wrong and missing credentials', async () => {
    process.env['AWS_SECRET_ACCESS_KEY'] = 'wrong';
    await rejects(location(), /rejects these credentials \(SignatureDoesNotMatch\)/);
    process.env['AWS_ACCESS_KEY_ID'] = 'nobody';
    await rejects(location(), /rejected a request .*No user exists/);
    delete process.env['AWS_ACCESS_KEY_ID'];
    process.env['AWS_EC2_METADATA_DISABLED'] = 'true';
    await rejects(location(), /no credentials for S3 at http:.*: set AWS_ACCESS_KEY_ID/);
  });

  it('explains an unreachable server', async () => {
    const missing = { ...location(), endpoint: 'http://127.0.0.1:9' };
    await rejects(missing, /S3 at http:\/\/127\.0\.0\.1:9 can't be reached .*ECONNREFUSED/, 'unavailable');
  }).timeout(30_000);

  it('explains an invalid location or endpoint', async () => {
    await rejects({ ...location(), url: 's3:/models' }, /expected s3:\/\/bucket or/, 'invalid-argument');
    await rejects({ ...location(), endpoint: 'host:9000/' }, /is not a URL: expected/, 'invalid-argument');
    const withSecret = { ...location(), endpoint: 'http://me:hunter2@host:9000' };
    await rejects(withSecret, /^--s3-endpoint contains credentials, which must come from/, 'invalid-argument');
  });
});
