// Spans, made by hand where a query passes, and exported over OTLP/HTTP. Without an endpoint nothing is recorded, and an
// incoming `traceparent` is handed on as it came.

import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Milliseconds } from '@pareto/core';

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

/** What exports them takes its time to load, and is loaded only where spans are recorded. */
export async function createTracer(options: TracerOptions): Promise<Tracer> {
  const { endpoint, processor } = options;
  if (endpoint === undefined && processor === undefined) {
    return { startSpan: (_name, given) => passThrough(given), shutdown: async () => {} };
  }
  const { createRecorder } = await import('./recorder.js');
  return createRecorder(options);
}

function passThrough(options?: SpanOptions): Span {
  return { traceparent: options?.traceparent, recording: false, set() {}, end() {} };
}
