// The certificates of a service: rejection at start, replacement while it runs, and warnings.

import assert from 'node:assert/strict';
import { chmod, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { milliseconds, systemClock, type Clock } from '@pareto/core';
import { createLogger } from '@pareto/telemetry';
import {
  createTempFolder,
  createTestAuthority,
  waitFor,
  writeCertificates,
  type IssueOptions,
  type TempFolder,
  type TestAuthority,
} from '@pareto/testkit';
import { openCertificates, type CertificateFolder } from '../../src/index.js';

const dayMs = 86_400_000;

/** Returns a clock with which files are polled every 10 ms instead of every second. */
const quickClock = (offsetMs = 0): Clock => ({
  ...systemClock,
  wallMs: () => systemClock.wallMs() + offsetMs,
  sleep: (_delay, signal) => systemClock.sleep(milliseconds(10), signal),
});

describe('the certificates of a service', () => {
  let authority: TestAuthority;
  let temp: TempFolder;
  let folder: string;
  let lines: string[];
  let opened: CertificateFolder | undefined;
  before(async () => void (authority = await createTestAuthority()));
  beforeEach(async () => {
    temp = await createTempFolder();
    folder = temp.file('router');
    lines = [];
  });
  afterEach(async () => {
    await opened?.stop();
    opened = undefined;
    await temp[Symbol.asyncDispose]();
  });

  const write = async (options: IssueOptions = {}, from = authority, to = folder): Promise<void> =>
    writeCertificates(to, await from.issue({ uris: ['spiffe://pareto/router'], ...options }));
  const open = (
    clock = quickClock(),
    role: 'router' | 'worker' = 'router',
    path = folder,
  ): Promise<CertificateFolder> => {
    const logger = createLogger({ service: role, level: 'info', format: 'json', write: (line) => lines.push(line) });
    return openCertificates(path, { role, clock, logger });
  };
  const start = async (clock?: Clock, path?: string): Promise<CertificateFolder> => {
    opened = await open(clock, 'router', path);
    await opened.start((error) => assert.fail(String(error)));
    return opened;
  };
  const logged = (pattern: RegExp): Promise<string> =>
    waitFor(`a line like ${pattern}`, () => lines.find((line) => pattern.test(line)));
  const certificateOf = (certificates: CertificateFolder): string => String(certificates.current.identity?.certificate);

  describe('are rejected at start', () => {
    const cases: readonly [string, () => Promise<unknown>, RegExp][] = [
      ['if the folder is empty', () => mkdir(folder), /there is no ca\.crt in it: 'pareto certs init'/],
      [
        'if they are one folder deeper',
        () => write({}, authority, join(folder, 'router')),
        /but in .*router\/router: use --certs .*router\/router$/,
      ],
      ['without a key', async () => (await write(), await rm(join(folder, 'tls.key'))), /there is no tls\.key/],
      [
        'with the key of another certificate',
        async () => {
          const [{ key }] = [await authority.issue()];
          await write();
          await writeFile(join(folder, 'tls.key'), key);
        },
        /tls\.key is not the key of tls\.crt/,
      ],
      [
        'with an invalid key',
        async () => (await write(), await writeFile(join(folder, 'tls.key'), 'secret words')),
        /tls\.key contains no readable private key/,
      ],
      [
        'with an invalid certificate',
        async () => (await write(), await writeFile(join(folder, 'tls.crt'), '')),
        /tls\.crt contains no certificate/,
      ],
      [
        'with the certificate of another authority',
        async () => {
          const { ca } = await createTestAuthority();
          await write();
          await writeFile(join(folder, 'ca.crt'), ca);
        },
        /not issued by the authority in ca\.crt/,
      ],
      ['if they have expired', () => write({ endsInDays: -1 }), /tls\.crt expired on .*certs init --renew/],
      [
        'for another role',
        () => write({ uris: ['spiffe://pareto/worker'] }),
        /tls\.crt is a worker's certificate, expected a router's certificate/,
      ],
      ['for no role', () => write({ uris: [] }), /names no role.*spiffe:\/\/pareto\/router/],
      ['for two roles', () => write({ uris: ['spiffe://pareto/worker', 'spiffe://pareto/router'] }), /names no role/],
      [
        'for a role embedded in another name',
        () => write({ uris: ['x, URI:spiffe://pareto/router, y'] }),
        /names no role/,
      ],
      ['for servers only', () => write({ usages: ['1.3.6.1.5.5.7.3.1'] }), /needs client auth and server auth/],
    ];
    for (const [what, prepare, why] of cases) {
      it(what, async () => {
        await prepare();
        await assert.rejects(open(), (error: Error) => {
          assert.match(error.message, why);
          assert.ok(error.message.startsWith(`--certs ${folder}: `) && !error.message.includes('\n'), error.message);
          return !error.message.includes('secret words');
        });
      });
    }

    it('but not if the authority has a new certificate of the same key next to the expired one', async () => {
      await write();
      for (const ca of [`${authority.endedCa}\n${authority.ca}`, `${authority.ca}\n${authority.endedCa}`]) {
        await writeFile(join(folder, 'ca.crt'), ca);
        await open();
      }
      await writeFile(join(folder, 'ca.crt'), authority.endedCa);
      await assert.rejects(open(), /ca\.crt expired on/);
    });

    it('before they are valid', async () => {
      await write();
      await assert.rejects(open(quickClock(-1000 * dayMs)), /is not valid before .*: check the clock of this machine/);
    });
  });

  describe('that were replaced', () => {
    it('are loaded, and listeners are notified', async () => {
      await write();
      const certificates = await start();
      const before = certificateOf(certificates);
      let told = 0;
      const following = certificates.onChange(() => (told += 1));
      await write({ endsInDays: 50 });
      await logged(/certificates replaced/);
      assert.notEqual(certificateOf(certificates), before);
      assert.ok(Math.abs(certificates.endsAt - systemClock.wallMs() - 50 * dayMs) < 60_000);
      following[Symbol.dispose]();
      await write();
      await waitFor('the next', () => (lines.length === 2 ? true : undefined));
      assert.equal(told, 1);
    });

    it('are loaded when a symbolic link is swapped, as in Kubernetes', async () => {
      await write({}, authority, temp.file('v1'));
      await mkdir(folder);
      await symlink(temp.file('v1'), join(folder, '..data'));
      for (const name of ['ca.crt', 'tls.crt', 'tls.key']) await symlink(join('..data', name), join(folder, name));
      const certificates = await start();
      const before = certificateOf(certificates);
      await write({}, authority, temp.file('v2'));
      await symlink(temp.file('v2'), join(folder, '..next'));
      await rename(join(folder, '..next'), join(folder, '..data'));
      await logged(/certificates replaced/);
      assert.notEqual(certificateOf(certificates), before);
    });

    it('are rejected while invalid, and loaded once they are valid', async () => {
      await write();
      const certificates = await start();
      const before = certificateOf(certificates);
      const faults: readonly [() => Promise<unknown>, RegExp][] = [
        [() => writeFile(join(folder, 'tls.crt'), 'half'), /tls\.crt contains no certificate.*current ones kept/],
        [
          () => write({ uris: ['spiffe://pareto/operator'] }),
          /tls\.crt is an operator's certificate.*current ones kept/,
        ],
        [() => write({ endsInDays: -1 }), /expired on.*current ones kept/],
        [() => rm(join(folder, 'tls.key')), /there is no tls\.key.*current ones kept/],
      ];
      for (const [spoil, why] of faults) {
        await spoil();
        await logged(why);
        assert.equal(certificateOf(certificates), before);
      }
      await systemClock.sleep(milliseconds(100));
      assert.equal(lines.filter((line) => line.includes('there is no tls.key')).length, 1, 'told once');
      assert.doesNotMatch(lines.join(''), /PRIVATE|half/);
      await write();
      await logged(/certificates replaced/);
    });
  });

  it('that are not valid yet are loaded when they become valid', async () => {
    await write();
    let offsetMs = -100 * dayMs;
    const clock = { ...quickClock(), wallMs: () => systemClock.wallMs() + offsetMs };
    const certificates = await start(clock);
    const before = certificateOf(certificates);
    await write({ endsInDays: 364 });
    await logged(/is not valid before .* current ones kept/);
    offsetMs = 0;
    await logged(/certificates replaced/);
    assert.notEqual(certificateOf(certificates), before);
    assert.equal(lines.length, 2, lines.join(''));
  });

  describe('cause a warning', () => {
    it('once a day when they expire within seven days', async () => {
      await write({ endsInDays: 8 });
      await start(quickClock());
      await systemClock.sleep(milliseconds(50));
      assert.deepEqual(lines, []);
      await opened?.stop();
      await start(quickClock(2 * dayMs));
      await logged(/certificate expires soon/);
      await systemClock.sleep(milliseconds(50));
      assert.equal(lines.length, 1);
    });

    it('if every user can read the key', async function () {
      if (process.platform === 'win32') this.skip();
      await write();
      await chmod(join(folder, 'tls.key'), 0o644);
      await open();
      assert.match(lines.join(''), /tls\.key.*secret file is readable by every user.*chmod 600/);
    });
  });
});
