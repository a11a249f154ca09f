import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { access, cp, mkdir, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import {
  createTempFolder,
  missingS3Server,
  onnxType,
  startS3Server,
  writeModel,
  type TempFolder,
} from '@pareto/testkit';
import { ZipFile } from 'yazl';
import { obtainModels, readRepository } from '../../src/index.js';
import { parseSource } from '../../src/repository/model-source.js';
import { unpack } from '../../src/repository/unpack.js';

const { signal } = new AbortController();
const run = promisify(execFile);

const value = { type: onnxType.float, dims: ['n', 2] };
const model = (file?: string): Uint8Array =>
  writeModel({
    nodes: [{ op: 'Add', inputs: ['x', 'w'], outputs: ['y'] }],
    inputs: [{ name: 'x', ...value }],
    outputs: [{ name: 'y', ...value }],
    initializers: [
      { name: 'w', type: onnxType.float, dims: [2], raw: Buffer.alloc(8), ...(file === undefined ? {} : { file }) },
    ],
  });

describe('parseSource', () => {
  it('accepts a path or a URI', () => {
    assert.deepEqual(parseSource('models/m.onnx'), { kind: 'local', path: 'models/m.onnx' });
    assert.deepEqual(parseSource('C:/models'), { kind: 'local', path: 'C:/models' });
    assert.deepEqual(parseSource('file:///a%20b/c'), { kind: 'local', path: '/a b/c' });
    assert.deepEqual(parseSource('file://models'), { kind: 'local', path: 'models' });
    assert.deepEqual(parseSource('s3://bucket/a/b/'), { kind: 's3', bucket: 'bucket', key: 'a/b' });
    assert.deepEqual(parseSource('s3://bucket'), { kind: 's3', bucket: 'bucket', key: '' });
    assert.equal(parseSource('https://host/a.tar.gz?token=1').kind, 'http');
  });

  it('rejects other addresses with the supported forms', () => {
    const rejects = (given: string, why: RegExp): void =>
      assert.throws(() => parseSource(given), { code: 'invalid-argument', message: why });
    rejects('hf://org/model', /^hf:\/\/ is not supported \(download the ONNX files.*\): expected a path, file:/);
    rejects('gs://bucket/m', /^gs:\/\/ is not supported \(copy the folder/);
    rejects('pvc://claim/m', /^pvc:\/\/ is not supported \(mount the volume/);
    rejects('abfs://m', /^abfs:\/\/ is not supported: expected a path/);
    rejects('s3:///m', /has no bucket/);
    rejects(
      'https://user:pass@host/models?key=x',
      /^https:\/\/host\/models has the name of neither a model nor an archive/,
    );
    rejects('http://', /is not a URL/);
  });
});

function* endless(): Generator<Buffer> {
  for (;;) yield Buffer.alloc(10_000);
}

describe('obtainModels', function () {
  this.timeout(30_000);
  let folder: TempFolder;
  beforeEach(async () => {
    folder = await createTempFolder();
  });
  afterEach(() => folder[Symbol.asyncDispose]());

  const tar = (...args: readonly string[]): Promise<unknown> => run('tar', [...args], { cwd: folder.path });
  /** Returns the names and versions of the models, or the reasons why they can't be used. */
  async function found(given: string, s3Endpoint?: string): Promise<readonly string[]> {
    await using obtained = await obtainModels(given, { signal, s3Endpoint });
    const { models, others } = await readRepository(obtained.path, obtained.name);
    assert.ok(obtained.path.startsWith(folder.path) || obtained.path.includes('pareto-models-'));
    return [...models, ...others].map((one) =>
      'version' in one ? `${one.name} ${one.version}` : `${one.name}: ${one.reason}`,
    );
  }

  it('reads a folder in place', async () => {
    await folder.put({ 'repo/a/1/model.onnx': model() });
    assert.deepEqual(await found(folder.file('repo')), ['a 1']);
    assert.deepEqual(await found(`file://${folder.file('repo/a')}`), ['a 1']);
    await access(folder.file('repo/a/1/model.onnx'));
    await assert.rejects(found(folder.file('none')), /there is no file or folder .*none/);
  });

  it('unpacks tar archives of any layout, and deletes the files on disposal', async () => {
    await folder.put({ 'repo/a/1/model.onnx': model(), 'repo/b/2/model.onnx': model(), 'net/model.onnx': model() });
    await tar('czf', 'all.tar.gz', 'repo');
    await tar('czf', 'inside.tgz', '-C', 'repo', '.');
    await tar('cf', 'one.tar', '-C', 'repo', 'a');
    await tar('czf', 'resnet.tar.gz', '-C', 'net', 'model.onnx');
    await tar('czf', 'version.tar.gz', '-C', 'repo/b', '2');
    assert.deepEqual(await found(folder.file('all.tar.gz')), ['a 1', 'b 2']);
    assert.deepEqual(await found(folder.file('inside.tgz')), ['a 1', 'b 2']);
    assert.deepEqual(await found(folder.file('one.tar')), ['a 1']);
    assert.deepEqual(await found(folder.file('resnet.tar.gz')), ['resnet undefined']);
    assert.deepEqual(await found(folder.file('version.tar.gz')), ['version 2']);
    const obtained = await obtainModels(folder.file('all.tar.gz'), { signal });
    await obtained[Symbol.asyncDispose]();
    await assert.rejects(access(obtained.path));
  });

  it('unpacks zip files', async () => {
    await folder.put({ 'repo/a/1/model.onnx': model() });
    const zip = new ZipFile();
    zip.addFile(folder.file('repo/a/1/model.onnx'), 'repo/a/1/model.onnx');
    zip.addEmptyDirectory('repo/empty');
    zip.end();
    await pipeline(zip.outputStream, createWriteStream(folder.file('all.zip')));
    assert.deepEqual(await found(folder.file('all.zip')), ['a 1']);
  });

  it('rejects an archive that is damaged, has links or is too large', async () => {
    await folder.put({ 'repo/a/1/model.onnx': model(), 'cut.tar.gz': 'no archive', 'cut.zip': 'no archive' });
    await tar('czf', 'whole.tar.gz', 'repo');
    await assert.rejects(found(folder.file('cut.tar.gz')), /cut.tar.gz can't be unpacked: incorrect header check/);
    await assert.rejects(found(folder.file('cut.zip')), /cut.zip can't be unpacked/);
    await run('ln', ['-s', '/etc/passwd', 'repo/a/link'], { cwd: folder.path });
    await tar('czf', 'links.tar.gz', 'repo');
    await assert.rejects(found(folder.file('links.tar.gz')), /link is a link: pack the files themselves/);
    await tar('czPf', 'leaves.tar.gz', '--transform', 's|^cut.zip|../../out|', 'cut.zip');
    await assert.rejects(found(folder.file('leaves.tar.gz')), /a file of the archive is at "..\/..\/out"/);
    await mkdir(folder.file('to'));
    const limited = (limits: { maxFiles: number; maxBytes: number }): Promise<void> =>
      unpack(folder.file('whole.tar.gz'), folder.file('to'), signal, limits);
    await assert.rejects(limited({ maxFiles: 9, maxBytes: 50 }), /it has more than 50 bytes/);
    await assert.rejects(limited({ maxFiles: 0, maxBytes: 1e6 }), /it has more than 0 files/);
  });

  describe('over HTTP', () => {
    let server: Server;
    let address: string;
    let authorization: string | undefined;
    beforeEach(async () => {
      server = createServer((request, response) => {
        authorization = request.headers.authorization;
        const url = new URL(request.url ?? '', 'http://host');
        if (url.pathname === '/away.onnx') return void response.writeHead(302, { location: '/m.onnx' }).end();
        if (url.pathname === '/circle.onnx') return void response.writeHead(302, { location: '/circle.onnx' }).end();
        if (url.pathname === '/endless.onnx') return void Readable.from(endless()).pipe(response.writeHead(200));
        if (url.pathname === '/busy.onnx') return void response.writeHead(503).end();
        readFile(folder.file(decodeURIComponent(url.pathname).slice(1))).then(
          (content) => response.writeHead(200, { 'content-length': content.length }).end(content),
          () => response.writeHead(404).end('no'),
        );
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    afterEach(() => {
      server.close();
      server.closeAllConnections();
    });

    it('fetches a model and its external data', async () => {
      await folder.put({ 'm.onnx': model('parts/w 1.bin'), 'parts/w 1.bin': Buffer.alloc(8) });
      const seen: (readonly [string, number, number | undefined])[] = [];
      const onProgress = (...progress: (typeof seen)[number]): void => void seen.push(progress);
      await using obtained = await obtainModels(`http://${address}/away.onnx?x=1`, { signal, onProgress });
      assert.equal(basename(obtained.path), 'away.onnx');
      assert.equal((await readFile(`${dirname(obtained.path)}/parts/w 1.bin`)).length, 8);
      assert.deepEqual(seen.at(-1), ['parts/w 1.bin', 8, 8]);
    });

    it('fetches an archive with the credentials of the URL', async () => {
      await folder.put({ 'repo/a/1/model.onnx': model() });
      await tar('czf', 'models.tar.gz', 'repo');
      assert.deepEqual(await found(`http://me:it%40s@${address}/models.tar.gz`), ['a 1']);
      assert.equal(authorization, `Basic ${Buffer.from('me:it@s').toString('base64')}`);
    });

    it('ends a download at the limit, and starts none that is announced as larger', async () => {
      const maxBytes = 1_000_000;
      const fetched = (path: string, received = (_bytes: number): void => undefined): Promise<unknown> =>
        obtainModels(`http://${address}/${path}`, { signal, maxBytes, onProgress: (_, bytes) => received(bytes) });
      const exceeds = (name: string) => ({
        code: 'invalid-argument',
        message: new RegExp(
          `^http://127[^ ]*/${name} has more than 1000000 bytes: raise the limit with --max-download-gib`,
        ),
      });
      let endless = 0;
      await assert.rejects(
        fetched('endless.onnx', (bytes) => (endless = bytes)),
        exceeds('endless.onnx'),
      );
      assert.ok(endless <= maxBytes);
      await folder.put({
        'large.onnx': Buffer.alloc(1_000_001),
        'm.onnx': model('w.bin'),
        'w.bin': Buffer.alloc(999_999),
      });
      await assert.rejects(
        fetched('large.onnx', () => assert.fail('nothing is received')),
        exceeds('large.onnx'),
      );
      await assert.rejects(fetched('m.onnx'), exceeds('m.onnx'), 'the files together');
    });

    it('ends redirects in a circle', async () => {
      const message = /circle.onnx can't be fetched: redirect count exceeded/;
      await assert.rejects(found(`http://${address}/circle.onnx`), { code: 'unavailable', message });
    });

    it('distinguishes missing from unavailable files, without secrets in errors', async () => {
      const fetched = (path: string): Promise<unknown> => found(`http://me:secret@${address}/${path}?key=secret`);
      await assert.rejects(fetched('none.onnx'), {
        code: 'not-found',
        message: /^http:\/\/127[^?@]*none.onnx can't be fetched: the server returned 404/,
      });
      await assert.rejects(fetched('busy.onnx'), { code: 'unavailable', message: /returned 503/ });
      server.close();
      server.closeAllConnections();
      await assert.rejects(fetched('m.onnx'), {
        code: 'unavailable',
        message: /m.onnx can't be fetched: ECONNREFUSED/,
      });
      await assert.rejects(
        obtainModels(`http://${address}/m.onnx`, { signal: AbortSignal.abort(new Error('enough')) }),
        /enough/,
      );
    });
  });

  it('fetches a folder, a file and an archive from S3', async function () {
    this.timeout(300_000);
    if ((await missingS3Server()) !== undefined) return this.skip();
    await using s3 = await startS3Server();
    const before = { ...process.env };
    Object.assign(process.env, s3.env);
    try {
      await folder.put({ 'repo/a/1/model.onnx': model(), 'repo/torch/1/model.pt': 'large', 'net/model.onnx': model() });
      await tar('czf', 'models.tar.gz', 'repo');
      for (const one of ['repo', 'net', 'models.tar.gz'])
        await cp(folder.file(one), `${s3.folder}/${one}`, { recursive: true });
      const at = (key: string): Promise<readonly string[]> => found(`s3://${s3.bucket}/${key}`, s3.endpoint);
      assert.deepEqual(await at('repo'), ['a 1', 'torch: it is a PyTorch model: export it with torch.onnx.export']);
      assert.deepEqual(await at('repo/a/'), ['a 1']);
      assert.deepEqual(await at('net'), ['net undefined']);
      assert.deepEqual((await at('models.tar.gz')).slice(0, 1), ['a 1']);
      await using file = await obtainModels(`s3://${s3.bucket}/net/model.onnx`, { signal, s3Endpoint: s3.endpoint });
      assert.equal(basename(file.path), 'model.onnx');
      await assert.rejects(at('none'), { code: 'not-found', message: /there is nothing at s3:\/\/models\/none/ });
      await assert.rejects(found('s3://other/x', s3.endpoint), /there is no bucket other/);
    } finally {
      process.env = before;
    }
  });
});
