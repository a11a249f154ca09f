// `pareto certs init`: creates certificates that the services accept, and never overwrites any without a flag.

import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@pareto/core';
import { certifiedRoles } from '@pareto/local';
import {
  checkCertificates,
  createChannel,
  createClient,
  createServer,
  readCertificateFiles,
  readClientCertificates,
  type Certificates,
  type Role,
  type ServiceRole,
} from '@pareto/rpc';
import { createTempFolder, type TempFolder } from '@pareto/testkit';
import { runProgram } from '../../../src/program.js';
import { createTerminal } from '../../../src/terminal/terminal.js';

const dayMs = 86_400_000;

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

describe('pareto certs init', () => {
  let temp: TempFolder;
  let out: string;
  beforeEach(async () => {
    temp = await createTempFolder();
    out = temp.file('certs');
  });
  afterEach(() => temp[Symbol.asyncDispose]());

  async function init(...argv: readonly string[]): Promise<Ran> {
    const texts = { out: '', err: '' };
    const output = (name: 'out' | 'err') => ({ write: (text: string) => (texts[name] += text) });
    const { signal } = new AbortController();
    const terminal = createTerminal(output('out'), output('err'));
    const context = { terminal, clock: systemClock, stop: signal, kill: signal };
    const code = await runProgram(['certs', 'init', '--out', out, ...argv], context);
    return { code, ...texts };
  }
  const read = async (role: Role): Promise<Certificates> =>
    checkCertificates(await readCertificateFiles(join(out, role)), systemClock.wallMs());
  const certificate = async (role: string): Promise<X509Certificate> =>
    new X509Certificate(await readFile(join(out, role, 'tls.crt')));
  const authority = (): Promise<string> => readFile(join(out, 'authority/ca.crt'), 'utf8');

  it('creates a folder for each role, with keys that only the owner can read', async () => {
    const { code, out: text } = await init('--hosts', 'router.example, 10.0.0.5,fd00::5', '--days', '30');
    assert.equal(code, 0);
    for (const role of ['controller', 'router', 'worker'])
      assert.match(text, new RegExp(`node services/${role}/dist/main\\.js --certs .*certs/${role} …`));
    for (const role of ['operator', 'viewer'])
      assert.match(text, new RegExp(`pareto --certs .*certs/${role} status$`, 'm'));
    for (const role of certifiedRoles) {
      const { endsAt, role: named } = await read(role);
      assert.equal(named, role);
      assert.ok(Math.abs(endsAt - systemClock.wallMs() - 30 * dayMs) < 60_000);
      if (process.platform !== 'win32') assert.equal((await stat(join(out, role, 'tls.key'))).mode & 0o777, 0o600);
    }
    if (process.platform !== 'win32') assert.equal((await stat(join(out, 'authority/ca.key'))).mode & 0o777, 0o600);
    const router = await certificate('router');
    for (const host of ['localhost', 'router.example']) assert.equal(router.checkHost(host), host);
    for (const ip of ['127.0.0.1', '::1', '10.0.0.5', 'fd00::5']) assert.ok(router.checkIP(ip), ip);
    for (const role of ['worker', 'operator', 'viewer'])
      assert.equal((await certificate(role)).subjectAltName, `URI:spiffe://pareto/${role}`);
    assert.deepEqual(await readdir(join(out, 'client')), ['ca.crt']);
    assert.ok(!(await readdir(out, { recursive: true })).some((name) => name.endsWith('.new')));
  });

  it('prints the result as JSON', async () => {
    const { out: text } = await init('-o', 'json');
    const { folder, hosts, isNewAuthority } = JSON.parse(text) as Readonly<Record<string, unknown>>;
    assert.deepEqual(
      [folder, isNewAuthority, (hosts as string[]).slice(0, 3)],
      [out, true, ['localhost', '127.0.0.1', '::1']],
    );
  });

  it('overwrites nothing without --renew or --force', async () => {
    await init();
    const before = await certificate('router');
    const again = await init();
    assert.equal(again.code, 1);
    assert.match(again.err, /--renew to issue new ones from the same authority, or --force/);
    assert.equal((await certificate('router')).raw.compare(before.raw), 0);
    await rm(join(out, 'authority'), { recursive: true });
    assert.match((await init()).err, /of a missing authority/);
    assert.match((await init('--renew')).err, /there is no .*authority: drop --renew/);
  });

  it('renews from the same authority for the same hosts, or replaces the authority with --force', async () => {
    await init('--hosts', 'router.example,fd00::5');
    const [first, root] = [await certificate('router'), await authority()];
    assert.equal((await init('--renew')).code, 0);
    const second = await certificate('router');
    assert.notEqual(second.serialNumber, first.serialNumber);
    assert.equal(second.subjectAltName, first.subjectAltName);
    assert.equal(await authority(), root);
    await init('--renew', '--hosts', 'other.example');
    assert.equal((await certificate('router')).checkHost('router.example'), undefined);
    await init('--force');
    assert.notEqual(await authority(), root);
    await read('router');
  });

  it('issues nothing that outlives its authority', async () => {
    await init('--days', '3650');
    const { endsAt } = await read('worker');
    assert.ok(endsAt <= Date.parse(new X509Certificate(await authority()).validTo));
  });

  it('rejects invalid hosts', async () => {
    for (const hosts of ['http://x', 'a:8001', '', 'a,,b']) {
      const { code, err } = await init('--hosts', hosts);
      assert.equal(code, 2, hosts);
      assert.match(err, /without ports/);
    }
  });

  it('fails if the output folder is not writable', async () => {
    const { code, err } = await init('--out', '/proc/certs');
    assert.equal(code, 1);
    assert.match(err, /--out \/proc\/certs: /);
  });

  it('creates folders that clients accept: the whole set, one role, or the authority alone', async () => {
    await init();
    const seen: (string | undefined)[] = [];
    const { material } = await read('router');
    const source = { current: material, onChange: () => ({ [Symbol.dispose]: () => undefined }) };
    const server = createServer({
      tls: { source, clientCertificate: 'optional', onRejected: (_peer, reason) => assert.fail(reason) },
    });
    server.add('pareto.v1.Registry', {
      list: async (_request, call) => {
        seen.push(call.peerRole);
        return {};
      },
    });
    const address = `127.0.0.1:${await server.listen('127.0.0.1', 0)}`;
    const list = async (folder: string, role: ServiceRole = 'router'): Promise<void> => {
      const channel = createChannel(address, { tls: (await readClientCertificates(folder, systemClock))(role) });
      await createClient(channel, 'pareto.v1.Registry')
        .list({}, { timeoutMs: 3000 })
        .finally(() => channel.close());
    };
    for (const folder of [out, ...['operator', 'viewer', 'client'].map((name) => join(out, name))]) await list(folder);
    assert.deepEqual(seen, ['operator', 'operator', 'viewer', undefined]);
    await assert.rejects(list(out, 'controller'), /presented a router's certificate/);
    await assert.rejects(list(temp.file('none')), /certificates in .*none: there is no ca\.crt/);
    server.close();
  });
});
