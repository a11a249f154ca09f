// Every call of every service with certificates, by every kind of caller: the outcomes equal the table in
// docs/reference/callers.md.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { Agent, request, type RequestOptions } from 'node:https';
import { fileURLToPath } from 'node:url';
import { Client, credentials, Metadata, status, type StatusObject } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { describeCallers, type Caller } from '@pareto/service';
import {
  createTempFolder,
  createTestAuthority,
  writeCertificates,
  type IssuedCertificate,
  type TempFolder,
  type TestAuthority,
} from '@pareto/testkit';
import { startCluster, type Cluster } from '../support/cluster.js';
import type { ServiceProcess } from '../support/service-process.js';

const protos = fileURLToPath(new URL('../../protos', import.meta.url));
const page = fileURLToPath(new URL('../../docs/reference/callers.md', import.meta.url));
const services = ['router', 'controller', 'worker'] as const;
/** The servers whose callers are checked, with their tables in the reference. */
const servers: readonly (readonly [
  what: string,
  service: (typeof services)[number],
  processOf: (cluster: Cluster) => ServiceProcess | undefined,
])[] = [
  ['router', 'router', ({ routers }) => routers[1]],
  ['router of a node', 'router', ({ routers }) => routers[0]],
  ['controller', 'controller', ({ controller }) => controller],
  ['worker', 'worker', ({ workers }) => workers[1]],
  ['worker of a node', 'worker', ({ workers }) => workers[0]],
];

interface Call {
  /** Row of the table. */
  readonly call: string;
  readonly path: string;
  readonly message: Buffer;
}

const empty = Buffer.alloc(0);
const explain = 'pareto.v1.Inference/Explain';
/** An ExplainRequest for a decision that was never made. */
const explainUnknown = Buffer.concat([Buffer.from([10, 3]), Buffer.from('x.1')]);

/** Lists the calls of all proto files, of health checks and of reflection. All messages but one are empty. */
function listCalls(): readonly Call[] {
  const files = readdirSync(protos, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.proto'));
  const definitions = loadSync(files, { includeDirs: [protos] });
  const own = Object.entries(definitions).flatMap(([service, definition]) =>
    'format' in definition ? [] : Object.keys(definition).map((method) => `${service}/${method}`),
  );
  const common = [
    ...['Check', 'List', 'Watch'].map((method) => `grpc.health.v1.Health/${method}`),
    ...['v1', 'v1alpha'].map((version) => `grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`),
  ];
  return [
    ...[...own, ...common].map((call) => ({
      call,
      path: `/${call}`,
      message: call === explain ? explainUnknown : empty,
    })),
    { call: `${explain} without a decision id`, path: `/${explain}`, message: empty },
  ];
}

const bytes = (message: Buffer): Buffer => message;
const notOffered = 'The server does not implement the method ';

/** Makes a call, and returns its outcome as the table names it. Undefined if the service does not offer the call. */
function outcomeOf(client: Client, { path, message }: Call): Promise<string | undefined> {
  return new Promise((resolve) => {
    const call = client.makeBidiStreamRequest(path, bytes, bytes, new Metadata());
    call.once('data', () => {
      resolve('yes');
      call.cancel();
    });
    call.once('error', () => undefined);
    call.once('status', ({ code, details }: StatusObject) => {
      if (code === status.UNAVAILABLE) return resolve('no connection');
      if (code === status.UNAUTHENTICATED || code === status.PERMISSION_DENIED) return resolve(status[code]);
      return resolve(code === status.UNIMPLEMENTED && details.startsWith(notOffered) ? undefined : 'yes');
    });
    call.write(message);
    call.end();
  });
}

const overHttp = [
  ['GET', '/v2', 'ServerMetadata'],
  ['GET', '/v2/models/x', 'ModelMetadata'],
  ['POST', '/v2/models/x/infer', 'ModelInfer'],
  ['POST', '/v2/repository/index', 'RepositoryIndex'],
  ['POST', '/v2/repository/models/x/load', 'RepositoryModelLoad'],
  ['POST', '/v2/repository/models/x/unload', 'RepositoryModelUnload'],
  ['GET', '/v2/trace/setting', 'TraceSetting'],
  ['POST', '/v2/trace/setting', 'TraceSetting'],
  ['GET', '/v2/logging', 'LogSettings'],
  ['POST', '/v2/logging', 'LogSettings'],
] as const;

/** Sends a request without a body, and returns its outcome as the table names it. */
async function httpOutcomeOf(url: string, options: RequestOptions): Promise<string> {
  const sent = request(url, options);
  const [response] = (await once(sent.end(), 'response')) as [IncomingMessage];
  response.resume();
  if (response.statusCode === 401) return 'UNAUTHENTICATED';
  return response.statusCode === 403 ? 'PERMISSION_DENIED' : 'yes';
}

interface Row {
  readonly call: string;
  readonly outcomes: Readonly<Record<string, string>>;
}

/** Reads the table of a service from the page. */
function rowsOf(service: string): readonly Row[] {
  const [, section = ''] = readFileSync(page, 'utf8').split(`## Calls of the ${service}\n`);
  const [head = [], , ...rows] = section
    .split('\n## ', 1)
    .join('')
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('`', '')),
    );
  return rows.map(([call = '', ...cells]) => ({
    call,
    outcomes: Object.fromEntries(cells.map((cell, i) => [head[i + 1] ?? '', cell])),
  }));
}

type Outcomes = Readonly<Record<string, Readonly<Record<string, string>>>>;

const outcomesOf = (rows: readonly Row[]): Outcomes =>
  Object.fromEntries(rows.map(({ call, outcomes }) => [call, outcomes]));

describe('the callers of each method', () => {
  let authority: TestAuthority;
  const certificates = new Map<Caller, IssuedCertificate | undefined>();
  let folder: TempFolder;
  let cluster: Cluster;
  let calls: readonly Call[];
  before(async () => {
    calls = listCalls();
    authority = await createTestAuthority();
    certificates.set('no certificate', undefined).set('client', await authority.issue());
    folder = await createTempFolder();
    for (const role of ['operator', 'viewer', ...services] as const) {
      const issued = await authority.issue({ uris: [`spiffe://pareto/${role}`] });
      await writeCertificates(folder.file(role), issued);
      certificates.set(role, issued);
    }
    cluster = await startCluster({ certs: folder.path, nodes: 1, routers: 2, workers: 2 });
  });
  after(async () => {
    await cluster[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  function connect({ address }: ServiceProcess, caller: Caller): Client {
    const issued = certificates.get(caller);
    const [key, certificate] = issued === undefined ? [] : [Buffer.from(issued.key), Buffer.from(issued.certificate)];
    const tls = credentials.createSsl(Buffer.from(authority.ca), key ?? null, certificate ?? null);
    return new Client(address, tls, { 'grpc.ssl_target_name_override': 'localhost' });
  }

  for (const [what, service, processOf] of servers)
    it(`of the ${what} are answered as the reference says`, async () => {
      const server = processOf(cluster) ?? assert.fail();
      const outcomes = async (caller: Caller, some: readonly Call[]): Promise<readonly (string | undefined)[]> => {
        const client = connect(server, caller);
        const found: (string | undefined)[] = [];
        for (const call of some) found.push(await outcomeOf(client, call));
        client.close();
        return found;
      };
      // An operator learns which calls the service offers.
      const ofOperator = await outcomes('operator', calls);
      const offered = calls.filter((_call, index) => ofOperator[index] !== undefined);
      const answered = new Map(offered.map(({ call }) => [call, new Map<string, string | undefined>()]));
      for (const caller of certificates.keys()) {
        const found = await outcomes(caller, offered);
        for (const [index, { call }] of offered.entries()) answered.get(call)?.set(caller, found[index]);
      }
      assert.deepEqual(
        Object.fromEntries(Array.from(answered, ([call, found]) => [call, Object.fromEntries(found)])),
        outcomesOf(rowsOf(service)),
      );
    });

  for (const service of services) {
    it(`of the ${service} are in the reference as in the table of the guard`, () => {
      assert.deepEqual(outcomesOf(describeCallers(service)), outcomesOf(rowsOf(service)));
    });
  }

  it('of the router are answered over HTTP as over gRPC', async () => {
    const rows = outcomesOf(rowsOf('router'));
    for (const { url, name } of cluster.routers) {
      for (const [caller, issued] of certificates) {
        const tls = { ca: authority.ca, servername: 'localhost', key: issued?.key, cert: issued?.certificate };
        const agent = new Agent({ ...tls, keepAlive: true });
        for (const [method, path, call] of overHttp) {
          const outcome = await httpOutcomeOf(url.replace('http:', 'https:') + path, { agent, method });
          const expected = rows[`inference.GRPCInferenceService/${call}`]?.[caller];
          assert.equal(outcome, expected, `${path} of ${name} by ${caller}`);
        }
        agent.destroy();
      }
    }
  });
});
