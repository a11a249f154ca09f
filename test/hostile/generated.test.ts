// Generated requests over every port: each is answered with a status that says what was wrong.

import assert from 'node:assert/strict';
import { tokenKey } from '@pareto/protocol';
import fc, { type Arbitrary } from 'fast-check';
import { isFull } from '../support/length.js';
import { countLosses } from './fixture.js';
import { httpRequest } from './http-arbitrary.js';
import { requestOf } from './message-arbitrary.js';
import { methods, type Method } from './protos.js';
import { useFixture } from './shared-fixture.js';
import { grpcMessage, openGrpc } from './wire/grpc-connection.js';
import { openHttp } from './wire/http-connection.js';
import { type Reply } from './wire/reply.js';

/** Number of requests to each of the ports. */
const requests = isFull ? 25_000 : 250;
/** Requests that are sent at the same time. */
const together = 10;
/** Seed of `--seed=N`. By default, the short form always has the same one, and the full form a new one. */
const option = process.argv.find((argument) => argument.startsWith('--seed='))?.slice('--seed='.length);
const seed = option === undefined ? (isFull ? {} : { seed: 13 }) : { seed: Number(option) };

/** Streams that do not end by themselves, and calls that change the fleet. */
const endless = ['/pareto.v1.Fleet/Join', '/pareto.v1.Fleet/Events', '/pareto.v1.Routes/Watch'];
/** Methods of a worker. It rejects the others of the services without reading the request. */
const ofWorkers = ['/inference.GRPCInferenceService/ModelInfer', '/pareto.v1.Execution/Ping'];

const isSent = ({ path, port }: Method): boolean =>
  port === 'worker' ? ofWorkers.includes(path) : !endless.includes(path);

/** Statuses without a message that says what to do. */
const unexplained = ['UNKNOWN', 'INTERNAL', 'DATA_LOSS', 'CLOSED', 'TIMEOUT'];

function assertExplained(what: string, { status, message, messageBytes }: Reply): void {
  const isSuccess = status === 'OK' || status.startsWith('2');
  const isExplained = isSuccess || message !== '' || what.startsWith('HEAD ');
  const said = `${what}: ${status}: ${message}`;
  assert.ok(isExplained && !unexplained.includes(status) && !/^HTTP|^5\d[0245-9]$/.test(status), said.slice(0, 1_000));
  assert.ok(messageBytes <= 2048, `${messageBytes} bytes: ${said.slice(0, 200)}`);
}

const excerpt = (body: Buffer): string => body.toString('hex').slice(0, 400);

/** Sends generated requests. A failure prints the seed, and `--seed=N` repeats it. */
async function sendAll<T>(one: Arbitrary<T>, send: (request: T) => Promise<void>): Promise<void> {
  const batch = fc.array(one, { minLength: together, maxLength: together });
  const property = fc.asyncProperty(batch, async (all) => void (await Promise.all(all.map(send))));
  const {
    failed,
    seed: used,
    errorInstance,
  } = await fc.check(property, {
    ...{ numRuns: requests / together, ...seed },
    endOnFailure: true,
  });
  assert.ok(!failed, `--seed=${used}: ${String(errorInstance)}`);
}

describe('generated requests are answered with a status that says what was wrong', function () {
  this.timeout(isFull ? 1_200_000 : 60_000);
  for (const port of ['router', 'worker', 'controller'] as const) {
    it(`over the gRPC port of the ${port}`, async () => {
      const { target, cluster } = await useFixture();
      const losses = await countLosses(cluster);
      const own = methods.filter((method) => method.port === port && isSent(method));
      const request = fc.oneof(...own.map((method) => requestOf(method).map((body) => ({ path: method.path, body }))));
      const metadata: Record<string, string> = port === 'router' ? {} : { [tokenKey]: cluster.token };
      using connection = openGrpc(target[port]);
      await sendAll(request, async ({ path, body }) => {
        const reply = await connection.call({ path, metadata, body: grpcMessage(body), timeoutMs: 10_000 });
        assertExplained(`${path} ${excerpt(body)}`, reply);
      });
      assert.deepEqual(await countLosses(cluster), losses);
    });
  }

  it('over HTTP', async () => {
    const { target, cluster } = await useFixture();
    const losses = await countLosses(cluster);
    await sendAll(httpRequest, async (request) => {
      using connection = openHttp(target.http);
      const reply = await connection.request({ ...request, timeoutMs: 10_000 });
      assertExplained(`${request.method} ${request.path} ${String(request.body)}`, reply);
    });
    assert.deepEqual(await countLosses(cluster), losses);
  });
});
