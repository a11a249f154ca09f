import assert from 'node:assert/strict';
import {
  createControllerMetrics,
  createRouterMetrics,
  createWorkerMetrics,
  dashboardQueries,
  describeMetrics,
  privateInstruments,
} from '../src/index.js';

describe('metrics catalogue', () => {
  it('exposes recorded values in the Prometheus text format', async () => {
    const metrics = createRouterMetrics();
    metrics.requests.add(2, { task: 'digits', target: 'mlp', code: 'ok' });
    metrics.endToEnd.record(0.004, { task: 'digits', target: 'mlp' });
    metrics.held.set(3);
    const text = await metrics.text();
    assert.match(text, /pareto_requests_total\{task="digits",target="mlp",code="ok",service="router"\} 2\n/);
    assert.match(text, /pareto_request_seconds_bucket\{le="0.005",.*task="digits",target="mlp".*\} 1\n/);
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

  it('has a series for each value of closed labels before it is first counted', async () => {
    const metrics = createRouterMetrics();
    assert.match(await metrics.text(), /pareto_retries_total\{reason="refused",service="router"\} 0\n/);
    metrics.requests.add(1, { task: 'digits', target: 'digits', code: 'ok' });
    const text = await metrics.text();
    for (const [code, value] of Object.entries({ ok: 1, unavailable: 0, internal: 0 }))
      assert.ok(
        text.includes(
          `pareto_requests_total{task="digits",target="digits",code="${code}",service="router"} ${value}\n`,
        ),
      );
    assert.doesNotMatch(text, /target=""/);
  });

  it('exports each counter from one kind of service, so that sums over all services are right', () => {
    const services = Object.entries(describeMetrics());
    const exporters = new Map<string, string[]>();
    for (const [service, described] of services)
      for (const { name, kind } of described)
        if (kind === 'counter') exporters.set(name, [...(exporters.get(name) ?? []), service]);
    const shared = [...exporters].filter(([, by]) => by.length > 1).map(([name]) => name);
    // Each call or connection reaches a limit of one process.
    assert.deepEqual(shared, ['pareto_limits_reached_total']);
  });

  it('exports the metrics of the process once if it has several services', async () => {
    const second = await createWorkerMetrics(privateInstruments('worker')).text();
    assert.doesNotMatch(second, /^(process|nodejs)_/m);
    assert.match(second, /pareto_slot_busy_seconds_total/);
  });

  it('describes ten queries for dashboards', () => {
    assert.equal(dashboardQueries.length, 10);
    const names = new Set(
      Object.values(describeMetrics())
        .flat()
        .map(({ name }) => name),
    );
    for (const { query } of dashboardQueries)
      for (const [name] of query.matchAll(/\bpareto_\w+/g)) assert.ok(names.has(name.replace(/_bucket$/, '')), name);
  });
});
