import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createTempFolder, startChild, type TempFolder } from '@pareto/testkit';
import type { MissingProtection } from '../src/index.js';

const service = fileURLToPath(new URL('programs/service.ts', import.meta.url));
/** Id of a user without rights, as which a service can run. */
const plainUser = '60700';
const asPlainUser = ['setpriv', `--reuid=${plainUser}`, `--regid=${plainUser}`, '--clear-groups'];

interface Reports {
  readonly missing: readonly MissingProtection[];
  readonly umask: number;
  readonly reports: readonly Readonly<Record<string, unknown>>[];
}

describe('an isolated process', function () {
  this.timeout(30_000);
  let temp: TempFolder;
  before(function () {
    if (process.getuid?.() === 0) return;
    Object.assign(this.test?.parent ?? {}, { skipReason: 'only root can start services as several users' });
    this.skip();
  });
  beforeEach(async () => {
    temp = await createTempFolder();
    const secrets = ['token', 'certs/tls.key', 'home/key'];
    await temp.put(
      Object.fromEntries([...secrets, 'cache/model.onnx', 'drivers/driver.json'].map((name) => [name, 'content'])),
    );
    for (const name of ['cache/one', 'cache/two']) await mkdir(temp.file(name));
    for (const name of secrets) await chmod(temp.file(name), 0o600);
  });
  afterEach(() => temp[Symbol.asyncDispose]());

  /** Runs a service that starts two intruders, and returns their reports. */
  async function intrude(...asUser: readonly string[]): Promise<Reports> {
    const args = [...asUser, process.execPath, '--import=tsx', service, temp.path];
    await using child = startChild('env', args, { env: { HOME: temp.file('home'), PARETO_SECRET: 'secret' } });
    await child.exited;
    return JSON.parse(child.output) as Reports;
  }

  /** Returns what an intruder gained besides files of its own. */
  const gained = ({
    readable: _,
    written: __,
    isServiceUser: ___,
    ...rest
  }: Readonly<Record<string, unknown>>): object => rest;
  const nothing = {
    secrets: [],
    links: [],
    environment: [],
    isConnected: false,
    seesParent: false,
    sharesMemory: false,
    limits: { processes: '1024', 'open files': '1024', 'file size': String(64 * 2 ** 30) },
    noNewPrivileges: '1',
    capabilities: [0, 0, 0, 0, 0],
  };

  it('reads nothing but its files, and connects to nothing', async () => {
    const { missing, reports, umask } = await intrude();
    const readable = ['cache/model.onnx', 'drivers/driver.json'].map((name) => temp.file(name));
    assert.deepEqual(missing, []);
    assert.equal(umask, 0o022);
    assert.deepEqual(reports, [
      { ...nothing, readable, written: [temp.file('cache/one')], isServiceUser: false },
      { ...nothing, readable, written: [temp.file('cache/two')], isServiceUser: false },
    ]);
  });

  /** Skips a test whose processes run as another user, if that user cannot read this checkout. */
  function requireReadable(test: Mocha.Context): void {
    if (spawnSync('env', [...asPlainUser, 'test', '-r', service]).status === 0) return;
    Object.assign(test.test ?? {}, { skipReason: `other users cannot read ${service}: a folder above it is private` });
    test.skip();
  }

  it('runs as another user if namespaces are not allowed, and the missing network is reported', async function () {
    requireReadable(this);
    await chmod(temp.path, 0o755);
    const { missing, reports } = await intrude('setpriv', '--bounding-set=-sys_admin', '--inh-caps=-sys_admin', '--');
    assert.deepEqual(
      missing.map(({ protection }) => protection),
      ['network'],
    );
    const withoutNamespaces = { isConnected: true, seesParent: true, sharesMemory: true };
    for (const report of reports) assert.deepEqual(gained(report), { ...nothing, ...withoutNamespaces });
  });

  it('runs as the user of the service if others cannot read its files, and this is reported', async () => {
    const { missing } = await intrude('setpriv', '--bounding-set=-sys_admin', '--inh-caps=-sys_admin', '--');
    const [user] = missing;
    assert.equal(user?.protection, 'user');
    assert.equal(user.reason, `user 60800 cannot read ${temp.file('cache')}`);
    assert.match(user.consequence, /could read this service's files, environment and memory/);
    assert.match(user.advice, /let other users read the folders/);
  });

  it('reads no secrets and connects to nothing if the service is not root', async function () {
    requireReadable(this);
    execFileSync('chown', ['-R', plainUser, temp.path]);
    const { missing, reports } = await intrude(...asPlainUser);
    const [unavailable] = missing;
    if (unavailable !== undefined) {
      Object.assign(this.test ?? {}, { skipReason: unavailable.reason });
      return this.skip();
    }
    // The service and its processes have the same user, so that a limit would include those of the service.
    const [, processes] = /^Max processes +(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    const asService = { seesParent: true, limits: { ...nothing.limits, processes } };
    for (const report of reports) assert.deepEqual(gained(report), { ...nothing, ...asService });
  });
});
