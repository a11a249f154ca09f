// The interfaces of spans and tracers. Services start spans explicitly along the path of a query.

import type { SpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Milliseconds } from '@pareto/core';

type Attributes = Readonly<Record<string, string | number | boolean>>;

export interface SpanOptions {
  /** Parent span. Without it a new trace begins. */
  readonly traceparent?: string | undefined;
  readonly kind?: 'server' | 'client' | 'internal';
  readonly attributes?: Attributes;
  /** Start time by the process's clock (`systemClock.now()`). Default: now. */
  readonly startedAt?: Milliseconds;
}

export interface Span {
  /** Header for outgoing calls, which makes their spans children of this one. Undefined if there is no trace. */
  readonly traceparent: string | undefined;
  readonly recording: boolean;
  set(attributes: Attributes): void;
  /** Ends the span. With an error, marks it as failed. */
  end(error?: unknown, endedAt?: Milliseconds): void;
}

export interface Tracer {
  startSpan(name: string, options?: SpanOptions): Span;
  /** Exports the recorded spans and stops. Never throws, since an unreachable collector must not block a shutdown. */
  shutdown(): Promise<void>;
}

export interface TracerOptions {
  readonly service: string;
  /** Attributes of the process besides the name of the service, with OpenTelemetry's names. */
  readonly resource?: Readonly<Record<string, string>>;
  /** Share of the traces without a parent that are recorded. All if undefined. Others are recorded if their parent is. */
  readonly sample?: number;
  /** Base URL of the collector, e.g. http://127.0.0.1:4318. Spans are sent to its path /v1/traces. */
  readonly endpoint?: string | undefined;
  /** Called with the reason whenever the collector has not accepted spans, which are lost. */
  readonly onFailure?: (reason: string) => void;
  /** Maximum time that spans wait to be exported together. */
  readonly flushMs?: number;
  /** Replaces the endpoint in tests. */
  readonly processor?: SpanProcessor;
}
