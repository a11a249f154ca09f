import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { systemClock } from '@pareto/core';
import { createTracer, parseTraceparent } from '../src/index.js';

const incoming = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('tracer', () => {
  it('starts a child of the incoming span and passes its own id on', async () => {
    const exporter = new InMemorySpanExporter();
    const tracer = await createTracer({ service: 'router', processor: new SimpleSpanProcessor(exporter) });
    const startedAt = systemClock.now();
    const span = tracer.startSpan('infer', { traceparent: incoming, kind: 'server', startedAt });
    span.set({ variant: 'cnn:original' });
    span.end(new Error('broken'));
    const [finished] = exporter.getFinishedSpans();
    assert.equal(finished?.parentSpanContext?.spanId, 'b7ad6b7169203331');
    assert.equal(finished.attributes['variant'], 'cnn:original');
    assert.equal(finished.status.message, 'broken');
    const own = finished.spanContext();
    assert.equal(span.traceparent, `00-0af7651916cd43dd8448eb211c80319c-${own.spanId}-01`);
  });

  it('starts a trace without a parent, and records none that the caller does not sample', async () => {
    const exporter = new InMemorySpanExporter();
    const tracer = await createTracer({ service: 'router', processor: new SimpleSpanProcessor(exporter) });
    const root = tracer.startSpan('infer', { traceparent: 'nonsense' });
    assert.notEqual(parseTraceparent(root.traceparent), undefined);
    const unsampled = tracer.startSpan('infer', { traceparent: incoming.replace(/01$/, '00') });
    assert.equal(unsampled.recording, false);
    assert.match(unsampled.traceparent ?? '', /^00-0af7651916cd43dd8448eb211c80319c-.*-00$/);
  });

  it('samples a share of the traces that begin here, and each of a caller as the caller does', async () => {
    const exporter = new InMemorySpanExporter();
    const processor = new SimpleSpanProcessor(exporter);
    const half = await createTracer({ service: 'router', processor, sample: 0.5 });
    const roots = Array.from({ length: 400 }, () => half.startSpan('infer'));
    const sampled = roots.filter(({ recording }) => recording);
    // Six standard deviations from the mean are 60.
    assert.ok(Math.abs(sampled.length - 200) <= 60, String(sampled.length));
    for (const { traceparent, recording } of roots)
      assert.equal(half.startSpan('run', { traceparent }).recording, recording);
    const none = await createTracer({ service: 'worker', processor, sample: 0 });
    const isRecorded = (traceparent?: string): boolean => none.startSpan('infer', { traceparent }).recording;
    assert.deepEqual(
      [isRecorded(), isRecorded(incoming), isRecorded(incoming.replace(/01$/, '00'))],
      [false, true, false],
    );
    const [run] = sampled;
    assert.equal(isRecorded(run?.traceparent), true);
  });

  it('bounds the text of an error', async () => {
    const exporter = new InMemorySpanExporter();
    const tracer = await createTracer({ service: 'router', processor: new SimpleSpanProcessor(exporter) });
    tracer.startSpan('infer').end(new Error('x'.repeat(100_000)));
    assert.equal(exporter.getFinishedSpans()[0]?.status.message?.length, 200);
  });

  it('passes the incoming header on unchanged without an endpoint', async () => {
    const tracer = await createTracer({ service: 'worker' });
    assert.equal(tracer.startSpan('infer', { traceparent: incoming }).traceparent, incoming);
    assert.equal(tracer.startSpan('infer').traceparent, undefined);
    await tracer.shutdown();
  });

  it('shuts down while the collector is unreachable', async () => {
    const tracer = await createTracer({ service: 'worker', endpoint: 'http://127.0.0.1:9' });
    tracer.startSpan('infer').end();
    await tracer.shutdown();
  });

  const responses: Readonly<Record<string, (response: ServerResponse) => void>> = {
    'status 401: Unauthorized': (response) => void response.writeHead(401).end('hunter2'),
    'status 302: Found': (response) => void response.writeHead(302, { location: 'http://127.0.0.1:9' }).end(),
    'Request timed out': () => undefined,
  };
  for (const [reason, respond] of Object.entries(responses))
    it(`passes on that a collector does not accept spans: ${reason}`, async function () {
      this.timeout(10_000);
      await using server = createServer((request, response) => request.resume().once('end', () => respond(response)));
      await once(server.listen(0, '127.0.0.1'), 'listening');
      const { port } = server.address() as AddressInfo;
      const failure = new Promise<string>((onFailure) => {
        const endpoint = `http://127.0.0.1:${port}`;
        void createTracer({ service: 'router', endpoint, flushMs: 10, onFailure }).then((tracer) =>
          tracer.startSpan('infer').end(),
        );
      });
      assert.equal(await failure, reason);
      server.closeAllConnections();
    });
});

describe('parseTraceparent', () => {
  const bad = [
    '',
    '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331',
    '00-00000000000000000000000000000000-b7ad6b7169203331-01',
    '00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01',
    'ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more',
    '00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01',
  ];
  for (const text of bad) it(`rejects ${JSON.stringify(text)}`, () => assert.equal(parseTraceparent(text), undefined));

  it('parses the compatible part of a newer version', () => {
    const parent = parseTraceparent('cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-comes-later');
    assert.equal(parent?.flags, 1);
  });
});
