import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { systemClock } from '@pareto/core';
import { createServer, type RpcServer, type TlsMaterial } from '@pareto/rpc';
import {
  createTempFolder,
  createTestAuthority,
  freePorts,
  writeCertificates,
  type IssuedCertificate,
  type TempFolder,
  type TestAuthority,
} from '@pareto/testkit';
import { withCluster, withController, withRouter } from '../../src/connection/connect.js';
import type { Endpoints } from '../../src/context/context.js';
import { observeCluster } from '../../src/dashboard/observe-cluster.js';
import { emptyDashboard } from '../../src/dashboard/dashboard-state.js';

describe('diagnoseConnection', () => {
  let ours: TestAuthority;
  let theirs: TestAuthority;
  let folder: TempFolder;
  const closing: (() => void)[] = [];
  before(async () => {
    [ours, theirs] = await Promise.all([createTestAuthority(), createTestAuthority()]);
    folder = await createTempFolder();
  });
  afterEach(() => {
    for (const close of closing.splice(0)) close();
  });
  after(() => folder[Symbol.asyncDispose]());

  const certificate = (authority: TestAuthority, role: string, endsInDays = 100): Promise<IssuedCertificate> =>
    authority.issue({ uris: [`spiffe://pareto/${role}`], endsInDays });

  async function operator(name: string, authority: TestAuthority): Promise<string> {
    const path = folder.file(name);
    await writeCertificates(path, await certificate(authority, 'operator'));
    return path;
  }

  async function serve(issued?: IssuedCertificate): Promise<string> {
    const server: RpcServer =
      issued === undefined
        ? createServer()
        : createServer({
            tls: {
              source: { current: materialOf(issued), onChange: () => ({ [Symbol.dispose]: () => undefined }) },
              clientCertificate: 'required',
              onRejected: () => undefined,
            },
          });
    server.add('pareto.v1.Registry', { list: async () => ({}) });
    closing.push(() => server.close());
    return `127.0.0.1:${await server.listen('127.0.0.1', 0)}`;
  }

  const materialOf = ({ ca, certificate: own, key }: IssuedCertificate): TlsMaterial => ({
    ca: Buffer.from(ca),
    identity: { certificate: Buffer.from(own), key: Buffer.from(key) },
  });

  const list = (address: string, certs?: string): Promise<unknown> => {
    const endpoints: Endpoints = { controller: ['127.0.0.1:9', address], router: address, certs };
    return withController(endpoints, ({ registry }) => registry.list({}));
  };

  it('connects with the operator’s certificate, from its own folder or that of the whole cluster', async () => {
    const address = await serve(await certificate(ours, 'controller'));
    await list(address, await operator('ours', ours));
    await operator(join('cluster', 'operator'), ours);
    await list(address, folder.file('cluster'));
  });

  it('reports that a service requires TLS', async () => {
    const address = await serve(await certificate(ours, 'controller'));
    await assert.rejects(list(address), {
      code: 'unavailable',
      message: `the controller at ${address} requires TLS: pass the operator's certificate with --certs FOLDER (or PARETO_CERTS)`,
    });
    const endpoints = { controller: [address], router: address };
    await assert.rejects(
      withRouter(endpoints, async () => undefined),
      /^ParetoError: the router at .* requires TLS/,
    );
  });

  it('reports that a service does not use TLS', async () => {
    const address = await serve();
    await assert.rejects(
      list(address, await operator('ours', ours)),
      /does not use TLS: omit --certs \(and PARETO_CERTS\)/,
    );
  });

  it('reports a certificate from another authority, on either side', async () => {
    const address = await serve(await certificate(theirs, 'controller'));
    await assert.rejects(
      list(address, await operator('ours', ours)),
      /a certificate from another authority than .*ours/,
    );
    const strict = await serve({ ...(await certificate(ours, 'controller')), ca: theirs.ca });
    await assert.rejects(list(strict, await operator('ours', ours)), /does not accept the certificate in .*ours/);
  });

  it('reports a missing client certificate', async () => {
    const address = await serve(await certificate(ours, 'controller'));
    const bare = folder.file('bare');
    await mkdir(bare);
    await writeFile(join(bare, 'ca.crt'), ours.ca);
    await assert.rejects(
      list(address, bare),
      /requires a client certificate, and .*bare has none: pass the operator's/,
    );
  });

  it('reports an expired certificate of the service or of the operator', async () => {
    const address = await serve(await certificate(ours, 'controller', -1));
    await assert.rejects(list(address, await operator('ours', ours)), /has an expired certificate/);
    const ended = folder.file('ended');
    await writeCertificates(ended, await certificate(ours, 'operator', -1));
    await assert.rejects(list(address, ended), /ended: tls.crt expired on /);
    await assert.rejects(list(address, folder.file('none')), /none: there is no ca.crt/);
  });

  it('reports a service that is not Pareto, and a closed port', async () => {
    const other = createTcpServer((socket) => socket.end('hello\n'));
    closing.push(() => other.close());
    const [port = 0] = await freePorts(1);
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve));
    await assert.rejects(list(`127.0.0.1:${port}`), /the service at .* is not a Pareto controller/);
    await assert.rejects(list('127.0.0.1:10'), /no controller is reachable at 127.0.0.1:9 or 127.0.0.1:10/);
  });

  it('diagnoses an outage that observeCluster reports', async () => {
    const address = await serve(await certificate(ours, 'controller'));
    await withCluster({ controller: [address], router: address }, async (clients) => {
      const options = { ...clients, clock: systemClock, signal: new AbortController().signal };
      const { outage } = await observeCluster(emptyDashboard, options);
      assert.deepEqual([outage?.isAbsent, outage?.router], [true, { kind: 'unreachable' }]);
      assert.match(await clients.diagnose(), /requires TLS/);
    });
  });
});
