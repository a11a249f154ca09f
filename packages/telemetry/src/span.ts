// What spans and tracers are: spans are made by hand where a query passes, and exported over OTLP/HTTP.

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
