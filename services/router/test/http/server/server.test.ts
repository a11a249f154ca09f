import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, request, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { scanInferRequest } from '@pareto/protocol';
import { waitFor } from '@pareto/testkit';
import { cancelled, notExecuted, replyTo } from '../../support/fake-worker.js';
import { addController, addRouter, cleanUp, large, startFixture, tiny } from '../../support/fixture.js';
import { callHttp } from '../../support/call-http.js';

const query = { inputs: [{ name: 'x', shape: [1, 2], datatype: 'FP32', data: [1, 2] }] };
const path = '/v2/models/digits/infer';

describe('the HTTP server', () => {
  afterEach(cleanUp);

  it('returns health and metadata of itself and its models', async () => {
    const { url } = (await startFixture()).router;
    const get = async (path: string): Promise<Readonly<Record<string, unknown>>> => {
      const answer = await callHttp(`${url}${path}`);
      assert.equal(answer.status, 200, answer.text);
      return answer.text === '' ? {} : answer.json();
    };
    assert.equal((await get('/v2'))['name'], 'pareto');
    assert.deepEqual(await get('/v2/health/live'), { live: true });
    assert.deepEqual(await get('/v2/health/ready'), { ready: true });
    assert.deepEqual(await get('/v2/models/tiny/ready'), { name: 'tiny', ready: true });
    const model = { versions: ['1'], platform: 'onnxruntime_onnx', ...tensors };
    for (const path of ['/v2/models/tiny', '/v2/models/tiny/', '/v2/models/tiny/versions/1']) {
      const { properties, ...received } = await get(path);
      assert.deepEqual(received, { name: 'tiny', ...model });
      assert.equal((properties as Record<string, string>)['pareto_task'], 'digits');
    }
    assert.equal((await get('/v2/models/tiny%3Aoriginal?x=1'))['name'], 'tiny:original');
  });

  const tensors = {
    inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 2] }],
    outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 2] }],
  };

  it('returns the status and allowed methods of each path', async () => {
    const { url } = (await startFixture()).router;
    const cases: readonly (readonly [string, string, number, string | undefined])[] = [
      ['GET', '/', 404, undefined],
      ['GET', '/v2/nope', 404, undefined],
      ['GET', '/v2/models', 404, undefined],
      ['GET', path, 405, 'POST, OPTIONS'],
      ['DELETE', '/v2/models/digits', 405, 'GET, HEAD, OPTIONS'],
      ['OPTIONS', '/v2/logging', 204, 'GET, HEAD, POST, OPTIONS'],
      ['GET', '/v2/models/%ff/ready', 400, undefined],
      ['GET', '/v2/models/nope', 404, undefined],
      ['GET', '/v2/models/digits/versions/7', 404, undefined],
      ['POST', '/v2/systemsharedmemory/region/r/register', 400, undefined],
    ];
    for (const [method, where, status, allow] of cases) {
      const answer = await callHttp(`${url}${where}`, { method });
      assert.deepEqual([answer.status, answer.headers.allow], [status, allow], `${method} ${where}: ${answer.text}`);
      if (status >= 400) assert.equal(typeof answer.json()['error'], 'string');
    }
    const { text } = await callHttp(`${url}/v2/models`, {});
    assert.match(text, /POST \/v2\/repository\/index lists the models/);
    const head = await callHttp(`${url}/v2`, { method: 'HEAD' });
    assert.deepEqual([head.status, head.text], [200, '']);
    assert.ok(Number(head.headers['content-length']) > 0);
  });

  it('reads the objective from parameters and headers, and forwards the trace context', async () => {
    const { router, workers } = await startFixture();
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;
    const headers = { 'x-pareto-min-accuracy': '0.95', traceparent, 'pareto-internal-decision': 'forged' };
    const byHeader = await callHttp(`${router.url}${path}`, { body: query, headers });
    assert.equal(byHeader.headers['pareto-variant'], 'large:original', byHeader.text);
    assert.equal(workers[0]?.received[0]?.call.traceparent, traceparent);
    const parameters = { min_accuracy: 0.95, priority: 3, colour: 'red', flag: true };
    const byParameter = await callHttp(`${router.url}${path}`, { body: { ...query, parameters } });
    assert.equal(byParameter.headers['pareto-variant'], 'large:original');
    const received = scanInferRequest(workers[0].received.at(1)?.payload ?? assert.fail());
    assert.deepEqual(Object.fromEntries(received.parameters), parameters);
    assert.equal(received.modelName, 'digits');
  });

  it('returns the status of a refusal, and when to retry', async () => {
    const { router, workers } = await startFixture({ variants: [tiny, large], workers: [['tiny', 'large']] });
    const [worker] = workers;
    assert.ok(worker !== undefined);
    const never = await callHttp(`${router.url}${path}`, { body: { ...query, parameters: { min_accuracy: 0.999 } } });
    assert.equal(never.status, 412, never.text);
    assert.equal(
      (JSON.parse(String(never.headers['pareto-nearest-objective'])) as { variant: string }).variant,
      'large:original',
    );
    worker.onInfer = async () => Promise.reject(notExecuted('resource-exhausted'));
    const busy = await callHttp(`${router.url}/v2/models/tiny/infer`, { body: query });
    assert.deepEqual([busy.status, busy.headers['retry-after']], [429, '1'], busy.text);
  });

  it('applies the timeout parameter of the protocol', async () => {
    const { router, workers } = await startFixture();
    const [worker] = workers;
    if (worker !== undefined) worker.onInfer = (received) => cancelled(received).then(() => replyTo(received));
    const answer = await callHttp(`${router.url}${path}`, { body: { ...query, parameters: { timeout: 300_000 } } });
    assert.equal(answer.status, 504, answer.text);
  });

  it('cancels the query of a caller that disconnects', async () => {
    const { router, workers } = await startFixture();
    const [worker] = workers;
    assert.ok(worker !== undefined);
    let isEnded = false;
    worker.onInfer = async (received) => {
      await cancelled(received);
      isEnded = true;
      return replyTo(received);
    };
    const leaving = new AbortController();
    const reply = callHttp(`${router.url}${path}`, { body: query, signal: leaving.signal });
    await waitFor('the query', async () => (worker.received.length > 0 ? true : undefined));
    leaving.abort();
    await assert.rejects(reply);
    await waitFor('the cancellation', async () => (isEnded ? true : undefined));
  });

  it('is not ready without a table, and returns 503', async () => {
    const router = await addRouter(await addController(undefined));
    assert.equal((await callHttp(`${router.url}/v2/health/live`)).status, 200);
    assert.equal((await callHttp(`${router.url}/v2/health/ready`)).status, 503);
    assert.equal((await callHttp(`${router.url}${path}`, { body: query })).status, 503);
  });

  it('rejects a body above the size limit in every encoding', async () => {
    const { router } = await startFixture({ config: { maxMessageBytes: 100_000 } });
    const large = Buffer.alloc(3_000_000, ' ');
    const requests = [
      { body: large },
      { body: large, headers: { 'transfer-encoding': 'chunked' } },
      { body: large, headers: { expect: '100-continue' } },
      { body: gzipSync(large), headers: { 'content-encoding': 'gzip' } },
      { body: { inputs: [{ name: 'x', shape: [20_000], datatype: 'INT64', data: new Array(20_000).fill(1) }] } },
    ];
    for (const options of requests) {
      const answer = await callHttp(`${router.url}${path}`, options);
      assert.equal(answer.status, 413, answer.text);
      assert.match(answer.text, /--max-message-bytes/);
    }
  });

  it('accepts requests from pages of allowed origins only', async () => {
    const page = 'https://app.example.org';
    const { router } = await startFixture({ config: { httpAllowOrigin: [page] } });
    const where = `${router.url}${path}`;
    const preflight = await callHttp(where, {
      method: 'OPTIONS',
      headers: {
        origin: page,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      },
    });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers['access-control-allow-origin'], page);
    assert.equal(preflight.headers['access-control-allow-headers'], 'content-type');
    assert.match(String(preflight.headers['access-control-allow-methods']), /POST/);
    const answer = await callHttp(where, { body: query, headers: { origin: page } });
    assert.deepEqual([answer.status, answer.headers['access-control-allow-origin']], [200, page]);
    assert.match(String(answer.headers['access-control-expose-headers']), /pareto-variant/);
    const other = await callHttp(where, { body: query, headers: { origin: 'http://evil.example.org' } });
    assert.deepEqual([other.status, other.headers['access-control-allow-origin']], [403, undefined]);
    assert.match(other.text, /--http-allow-origin/);
  });

  it('reuses a connection, and closes it after the last reply while draining', async () => {
    const { router, workers } = await startFixture();
    const [worker] = workers;
    assert.ok(worker !== undefined);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const sockets = new Set<Socket>();
    const send = (): Promise<ServerResponse['statusCode']> =>
      new Promise((resolve, reject) => {
        const sent = request(`${router.url}${path}`, { method: 'POST', agent }, (response) => {
          response.resume().once('end', () => resolve(response.statusCode ?? 0));
        });
        sent.once('socket', (socket) => sockets.add(socket)).once('error', reject);
        sent.end(JSON.stringify(query));
      });
    assert.deepEqual([await send(), await send()], [200, 200]);
    assert.equal(sockets.size, 1);
    let finish = (): void => undefined;
    worker.onInfer = async (received) => {
      await new Promise<void>((resolve) => (finish = resolve));
      return replyTo(received);
    };
    const last = send();
    await waitFor('the query', async () => (worker.received.length === 3 ? true : undefined));
    const stopped = router.stop();
    await waitFor('the port to close', () =>
      callHttp(`${router.url}/v2`).then(
        () => undefined,
        () => true as const,
      ),
    );
    finish();
    assert.equal(await last, 200);
    await stopped;
    agent.destroy();
  });

  it('answers small queries while it parses a large one', async () => {
    const { router } = await startFixture();
    const order: string[] = [];
    const agent = new Agent({ keepAlive: true });
    const count = 4_000_000;
    const large = `{"inputs":[{"name":"x","shape":[1,${count}],"datatype":"FP32","data":[${'1.25,'.repeat(count - 1)}1]}]}`;
    const headers = { 'content-length': large.length, 'x-pareto-latency-ms': '60000' };
    const sent = request(`${router.url}${path}`, { method: 'POST', headers, agent });
    const answered = once(sent, 'response').then(() => order.push('large'));
    sent.end(large);
    await once(sent, 'finish');
    for (let i = 0; i < 10; i++) {
      const small = await callHttp(`${router.url}${path}`, { body: query });
      order.push(`small ${small.status}`);
    }
    await answered;
    agent.destroy();
    assert.deepEqual(order, [...new Array<string>(10).fill('small 200'), 'large']);
  }).timeout(30_000);

  it('rejects malformed requests, and continues to serve', async () => {
    const { router } = await startFixture();
    const { hostname, port } = new URL(router.url);
    const cases = [
      ['PRI * HTTP/9\r\n\r\n', /^HTTP\/1.1 400 .*not an HTTP\/1.1 request: /s],
      [`GET /v2 HTTP/1.1\r\nhost: x\r\na: ${'b'.repeat(40_000)}\r\n\r\n`, /^HTTP\/1.1 431 .*headers exceed 16 KB/s],
    ] as const;
    for (const [sent, expected] of cases) {
      const socket = connect(Number(port), hostname);
      socket.write(sent);
      const [answer] = (await once(socket, 'data')) as [Buffer];
      assert.match(answer.toString(), expected);
      socket.destroy();
    }
    assert.equal((await callHttp(`${router.url}/v2`)).status, 200);
  });
});
