import assert from 'node:assert/strict';
import { createControllerMetrics, createRouterMetrics, createWorkerMetrics } from '../src/index.js';

describe('metrics catalogue', () => {
  it('exposes recorded values in the Prometheus text format', async () => {
    const metrics = createRouterMetrics();
    metrics.requests.add(2, { target: 'digits', code: 'OK' });
    metrics.endToEnd.record(0.004, { target: 'digits' });
    metrics.held.set(3);
    const text = await metrics.text();
    assert.match(text, /pareto_requests_total\{target="digits",code="OK",service="router"\} 2\n/);
    assert.match(text, /pareto_request_seconds_bucket\{le="0.005",.*target="digits".*\} 1\n/);
    assert.match(text, /pareto_held_requests\{service="router"\} 3\n/);
    assert.match(metrics.contentType, /^text\/plain/);
  });

  it('removes label combinations on reset', async () => {
    const metrics = createWorkerMetrics();
    metrics.replicas.set(1, { state: 'loading' });
    metrics.replicas.reset();
    metrics.replicas.set(1, { state: 'ready' });
    const text = await metrics.text();
    assert.doesNotMatch(text, /state="loading"/);
    assert.match(text, /state="ready"/);
  });

  it('adds to a gauge for each call with the same labels', async () => {
    const metrics = createWorkerMetrics();
    for (const items of [2, 3]) metrics.queuedItems.add(items, { variant: 'a:original' });
    assert.match(await metrics.text(), /pareto_queued_items\{variant="a:original",service="worker"\} 5\n/);
  });

  it('uses the names of Triton for metrics with the same meaning', async () => {
    const metrics = createWorkerMetrics();
    metrics.items.add(8, { model: 'a:original', version: '1' });
    assert.match(await metrics.text(), /nv_inference_count\{model="a:original",version="1",service="worker"\} 8\n/);
  });

  it('includes how long the event loop was busy, and no metric that needs a sampling timer', async () => {
    const text = await createRouterMetrics().text();
    assert.match(text, /nodejs_eventloop_active_seconds_total\{service="router"\} [\d.e-]+\n/);
    assert.doesNotMatch(text, /nodejs_eventloop_lag_p99_seconds/);
    assert.match(text, /nodejs_eventloop_lag_seconds/);
  });

  it('names every metric by its unit', async () => {
    for (const metrics of [createRouterMetrics(), createWorkerMetrics(), createControllerMetrics()]) {
      const names = [...(await metrics.text()).matchAll(/^# TYPE (pareto_\w+) (\w+)$/gm)];
      assert.ok(names.length > 5);
      for (const [, name = '', type] of names) {
        assert.equal(name.endsWith('_total'), type === 'counter', name);
        if (type === 'histogram') assert.match(name, /_(seconds|size|ratio)$/);
      }
    }
  });
});
