import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
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
    await temp.put(Object.fromEntries([...secrets, 'cache/model.onnx'].map((name) => [name, 'content'])));
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

  const nothing = {
    secrets: [],
    links: [],
    environment: [],
    isConnected: false,
    noNewPrivileges: '1',
    capabilities: [0, 0, 0, 0, 0],
  };

  it('reads nothing but its files, and connects to nothing', async () => {
    const { missing, reports } = await intrude();
    const readable = [temp.file('cache/model.onnx')];
    assert.deepEqual(missing, []);
    assert.deepEqual(reports, [
      { ...nothing, readable, written: [temp.file('cache/one')], isServiceUser: false },
      { ...nothing, readable, written: [temp.file('cache/two')], isServiceUser: false },
    ]);
  });

  it('reads no secrets and connects to nothing if the service is not root', async function () {
    execFileSync('chown', ['-R', plainUser, temp.path]);
    const { missing, reports } = await intrude(...asPlainUser);
    const [unavailable] = missing;
    if (unavailable !== undefined) {
      Object.assign(this.test ?? {}, { skipReason: unavailable.reason });
      return this.skip();
    }
    for (const report of reports) {
      const { secrets, links, environment, isConnected, noNewPrivileges, capabilities } = report;
      assert.deepEqual({ secrets, links, environment, isConnected, noNewPrivileges, capabilities }, nothing);
    }
  });
});
