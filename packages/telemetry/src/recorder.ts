// A tracer that records spans with OpenTelemetry's SDK, for services with a collector.

import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Context, type Span as OtelSpan } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  type SpanExporter,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { cutText, errorText } from '@pareto/core';
import { formatTraceparent, parseTraceparent } from './traceparent.js';
import type { Span, Tracer, TracerOptions } from './span.js';

const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL } as const;

/** Creates a tracer that records into the processor, or exports to the endpoint. */
export function createRecorder(options: TracerOptions): Tracer {
  const processor = options.processor ?? createExport(options);
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': `pareto-${options.service}`, ...options.resource }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(options.sample ?? 1) }),
    spanProcessors: [processor],
  });
  const tracer = provider.getTracer('pareto');
  return {
    startSpan(name, given = {}) {
      const start = {
        kind: kinds[given.kind ?? 'internal'],
        ...(given.attributes && { attributes: given.attributes }),
        ...(given.startedAt !== undefined && { startTime: given.startedAt }),
      };
      return wrap(tracer.startSpan(name, start, contextOf(given.traceparent)));
    },
    shutdown: () => provider.shutdown().catch(() => {}),
  };
}

function createExport({ endpoint = '', flushMs = 1000, onFailure }: TracerOptions): SpanProcessor {
  const sender = new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, '')}/v1/traces`, timeoutMillis: 2000 });
  const exporter: SpanExporter = {
    export: (spans, done) =>
      sender.export(spans, (result) => {
        if (result.error !== undefined) onFailure?.(reasonOf(result.error));
        done(result);
      }),
    shutdown: () => sender.shutdown(),
  };
  return new BatchSpanProcessor(exporter, { scheduledDelayMillis: flushMs, exportTimeoutMillis: 2000 });
}

/** Returns the HTTP status, if the collector responded, and the text of the error, without the collector's body. */
function reasonOf(error: Error): string {
  const status = 'code' in error && typeof error.code === 'number' ? `status ${error.code}: ` : '';
  return cutText(`${status}${errorText(error)}`);
}

function contextOf(traceparent: string | undefined): Context {
  const parent = parseTraceparent(traceparent);
  if (parent === undefined) return ROOT_CONTEXT;
  const { traceId, spanId, flags } = parent;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags: flags, isRemote: true });
}

function wrap(span: OtelSpan): Span {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return {
    traceparent: formatTraceparent({ traceId, spanId, flags: traceFlags }),
    recording: span.isRecording(),
    set: (attributes) => void span.setAttributes(attributes),
    end(error, endedAt) {
      if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: cutText(errorText(error)) });
      span.end(endedAt);
    },
  };
}
