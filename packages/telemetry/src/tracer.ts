// Creates tracers. Without an endpoint a tracer records nothing and passes an incoming `traceparent` on unchanged.

import type { Span, SpanOptions, Tracer, TracerOptions } from './span.js';

/** Creates a tracer. The OpenTelemetry SDK is slow to load, so it is loaded only if spans are recorded. */
export async function createTracer(options: TracerOptions): Promise<Tracer> {
  const { endpoint, processor } = options;
  if (endpoint === undefined && processor === undefined) {
    return { startSpan: (_name, given) => passThrough(given), shutdown: async () => {} };
  }
  const { createRecorder } = await import('./recorder.js');
  return createRecorder(options);
}

const withoutTrace = createPassThrough(undefined);

const passThrough = (options?: SpanOptions): Span =>
  options?.traceparent === undefined ? withoutTrace : createPassThrough(options.traceparent);

function createPassThrough(traceparent: string | undefined): Span {
  return { traceparent, recording: false, set() {}, end() {} };
}
