// Spans, made by hand where a query passes, and exported over OTLP/HTTP. Without an endpoint nothing is recorded, and an
// incoming `traceparent` is handed on as it came.

import { ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, type Context, type Span as OtelSpan } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOnSampler,
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { errorText, type Milliseconds } from '@pareto/core';
import { formatTraceparent, parseTraceparent } from './traceparent.js';

type Attributes = Readonly<Record<string, string | number | boolean>>;

export interface SpanOptions {
  /** The parent; without one a new trace begins. */
  readonly traceparent?: string | undefined;
  readonly kind?: 'server' | 'client' | 'internal';
  readonly attributes?: Attributes;
  /** When it began, by the process's clock (`systemClock.now()`); now, when left out. */
  readonly startedAt?: Milliseconds;
}

export interface Span {
  /** To send on, so that what follows becomes this span's child; undefined when there is no trace at all. */
  readonly traceparent: string | undefined;
  readonly recording: boolean;
  set(attributes: Attributes): void;
  /** Ends the span, as failed when an error is given. */
  end(error?: unknown, endedAt?: Milliseconds): void;
}

export interface Tracer {
  startSpan(name: string, options?: SpanOptions): Span;
  /** Sends what is recorded, and ends. Never throws: a collector that is away must not hinder a shutdown. */
  shutdown(): Promise<void>;
}

export interface TracerOptions {
  readonly service: string;
  /** The collector's base URL, e.g. http://127.0.0.1:4318; spans are sent to /v1/traces there. */
  readonly endpoint?: string | undefined;
  /** How long spans may wait to be sent together. */
  readonly flushMs?: number;
  /** In place of an endpoint: for tests. */
  readonly processor?: SpanProcessor;
}

const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT, internal: SpanKind.INTERNAL } as const;

export function createTracer(options: TracerOptions): Tracer {
  const processor = options.processor ?? createExport(options.endpoint, options.flushMs ?? 1000);
  if (processor === undefined) return { startSpan: (_name, given) => passThrough(given), shutdown: async () => {} };
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': `pareto-${options.service}` }),
    sampler: new ParentBasedSampler({ root: new AlwaysOnSampler() }),
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

function createExport(endpoint: string | undefined, flushMs: number): SpanProcessor | undefined {
  if (endpoint === undefined) return undefined;
  const exporter = new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, '')}/v1/traces`, timeoutMillis: 2000 });
  return new BatchSpanProcessor(exporter, { scheduledDelayMillis: flushMs, exportTimeoutMillis: 2000 });
}

function passThrough(options?: SpanOptions): Span {
  return { traceparent: options?.traceparent, recording: false, set() {}, end() {} };
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
      if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: errorText(error) });
      span.end(endedAt);
    },
  };
}
