import assert from 'node:assert/strict';
import { createLogger, createRouterMetrics } from '@pareto/telemetry';
import { createLifecycle, createProbeServer } from '../../src/index.js';

const logger = createLogger({ service: 'test', level: 'silent', format: 'json' });

describe('probe server', () => {
  const lifecycle = createLifecycle(logger);
  const metrics = createRouterMetrics();
  let reasons: readonly string[] = [];
  const server = createProbeServer({
    host: '127.0.0.1',
    port: 0,
    lifecycle,
    notReady: () => reasons,
    metrics,
    observe: () => metrics.held.set(7),
  });
  const get = async (path: string, method = 'GET'): Promise<readonly [number, string]> => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { method });
    return [response.status, await response.text()];
  };
  const fail = (error: unknown): void => assert.fail(String(error));
  before(() => server.start(fail));
  after(() => server.stop());

  it('is live but not ready while the service starts', async () => {
    assert.deepEqual(await get('/livez'), [200, 'ok\n']);
    assert.deepEqual(await get('/readyz'), [503, 'starting\n']);
  });

  it('is ready while serving, otherwise lists the reasons', async () => {
    lifecycle.enter('serving');
    assert.deepEqual(await get('/readyz'), [200, 'ok\n']);
    reasons = ['no routing table yet'];
    assert.deepEqual(await get('/readyz'), [503, 'no routing table yet\n']);
    reasons = [];
  });

  it('sets gauges before a scrape', async () => {
    const [status, text] = await get('/metrics');
    assert.equal(status, 200);
    assert.match(text, /pareto_held_requests\{service="router"\} 7/);
  });

  it('returns 404 and 405 for other requests', async () => {
    assert.equal((await get('/'))[0], 404);
    assert.equal((await get('/livez', 'POST'))[0], 405);
  });

  it('names the flag to use when the port is taken', async () => {
    const second = createProbeServer({ host: '127.0.0.1', port: server.port, lifecycle, notReady: () => [], metrics });
    await assert.rejects(second.start(fail), /cannot listen on 127.0.0.1:\d+: the port is taken: .*--metrics-port$/);
  });

  it('is not ready while the service drains', async () => {
    lifecycle.enter('draining');
    assert.deepEqual(await get('/readyz'), [503, 'draining\n']);
  });
});
