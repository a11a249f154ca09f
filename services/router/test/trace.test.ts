import assert from 'node:assert/strict';
import { createTracer, parseTraceparent } from '@pareto/telemetry';
import { createTraceCollector, waitFor } from '@pareto/testkit';
import { tableOf } from './support/rows.js';
import { addController, addWorker, cleanUp, tiny, untilReady } from './support/fixture.js';
import { startRouter } from './support/test-router.js';

describe('traces', () => {
  afterEach(cleanUp);

  it("contain one span per query, between the client's and the worker's", async () => {
    await using collector = await createTraceCollector();
    const tracer = await createTracer({ service: 'router', endpoint: collector.endpoint, flushMs: 50 });
    const worker = await addWorker('tiny-0');
    const controller = await addController(tableOf([tiny], [{ id: 'tiny-0', of: 'tiny', address: worker.address }]));
    const router = await startRouter([controller.address], {}, { tracer });
    await untilReady(router);
    const [traceId, clientSpan] = ['a'.repeat(32), 'b'.repeat(16)];
    await router.infer({}, { metadata: { traceparent: `00-${traceId}-${clientSpan}-01` } });
    await router.stop();
    await tracer.shutdown();
    const span = await waitFor('the span', () => collector.spans[0]);
    assert.deepEqual([span.name, span.traceId, span.parentSpanId], ['router.infer', traceId, clientSpan]);
    const sent = parseTraceparent(worker.received[0]?.call.traceparent);
    assert.deepEqual([sent?.traceId, sent?.spanId], [traceId, span.spanId]);
    assert.equal(collector.spans.length, 1);
  });

  it('contain the names of known targets only, and bounded texts of errors', async () => {
    await using collector = await createTraceCollector();
    const tracer = await createTracer({ service: 'router', endpoint: collector.endpoint, flushMs: 50 });
    const worker = await addWorker('tiny-0');
    const controller = await addController(tableOf([tiny], [{ id: 'tiny-0', of: 'tiny', address: worker.address }]));
    const router = await startRouter([controller.address], {}, { tracer });
    await untilReady(router);
    await router.infer({});
    await assert.rejects(router.infer({ model: 'secret'.repeat(100) }));
    await router.stop();
    await tracer.shutdown();
    const spans = await waitFor('the spans', () => (collector.spans.length === 2 ? collector.spans : undefined));
    const targets = spans.map(({ attributes }) => attributes['pareto.target']);
    assert.deepEqual(targets, ['digits', 'unknown']);
    assert.ok(spans.every(({ error }) => error.length <= 200));
  });
});
