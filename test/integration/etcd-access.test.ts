// A controller whose etcd requires certificates and a password.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import {
  createTempFolder,
  createTestAuthority,
  freePorts,
  missingEtcd,
  startEtcd,
  writeCertificates,
  type Etcd,
  type TempFolder,
} from '@pareto/testkit';
import { pareto } from '../support/pareto.js';
import { createServiceProcess, refusalToStart, type ServiceProcess } from '../support/service-process.js';
import { skipWithout } from '../support/skip.js';

describe('a controller and an etcd with TLS and users', function () {
  this.timeout(30_000);
  const password = 'a-password-for-tests-only';
  let folder: TempFolder;
  let etcd: Etcd;
  const owned: AsyncDisposable[] = [];
  before(async function () {
    this.timeout(600_000); // the first time on a machine, etcd is unpacked
    skipWithout(this, await missingEtcd('3.4'));
    owned.push((folder = await createTempFolder()));
    const authority = await createTestAuthority();
    const { ca, certificate: cert, key } = await authority.issue();
    await writeCertificates(folder.file('etcd'), await authority.issue({ hosts: [] }));
    const auth = { user: 'pareto', password, prefix: '/pareto/mine/' };
    owned.push((etcd = await startEtcd({ version: '3.4', tls: { ca, cert, key }, auth })));
    for (const [name, text] of Object.entries({ token: 'a-secret-for-tests-only', password, wrong: 'a-guess' }))
      await writeFile(folder.file(name), `${text}\n`);
  });
  after(async () => {
    for (const one of owned.reverse()) await one[Symbol.asyncDispose]();
  });

  async function launch(more: Readonly<Record<string, string>>): Promise<ServiceProcess> {
    const flags = { 'data-dir': folder.file('data'), cluster: 'mine', 'cluster-token-file': folder.file('token') };
    const access = { 'etcd-certs': folder.file('etcd'), 'etcd-user': 'pareto', ...more };
    const args = Object.entries({ ...flags, etcd: etcd.endpoints.join(), ...access }).map(
      ([name, value]) => `--${name}=${value}`,
    );
    const [port = 0, metricsPort = 0] = await freePorts(2);
    const controller = createServiceProcess({ service: 'controller', name: 'controller', port, metricsPort, args });
    controller.launch();
    owned.push(controller.child);
    return controller;
  }

  it('starts with the password, never logs it, and logs nothing but JSON', async () => {
    const controller = await launch({ 'etcd-password-file': folder.file('password') });
    await controller.ready();
    await pareto('--controller', controller.address, 'list');
    assert.ok(!controller.child.output.includes(password));
    const others = controller.child.output.split('\n').filter((line) => !/^({.*})?$/.test(line));
    assert.deepEqual(others, []);
  });

  it('exits immediately with an error for invalid credentials', async () => {
    const refusals = [
      [{ 'etcd-password-file': folder.file('wrong') }, /rejects the user "pareto": correct the name or the password$/],
      [{ 'etcd-password-file': folder.file('none') }, /--etcd-password-file: cannot read .*none/],
      [
        { 'etcd-password-file': folder.file('password'), 'etcd-certs': folder.path },
        /--etcd-certs: cannot read .*ca.crt/,
      ],
      [{ 'etcd-password-file': folder.file('password'), cluster: 'yours' }, /all keys under \/pareto\/yours\/$/],
    ] as const;
    const check = async ([more, message]: (typeof refusals)[number]): Promise<void> => {
      const { child } = await launch(more);
      assert.match(await refusalToStart(child), message);
      for (const secret of [password, 'a-guess']) assert.ok(!child.output.includes(secret));
    };
    await Promise.all(refusals.map(check));
  });
});
