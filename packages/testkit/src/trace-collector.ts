// A minimal OTLP/HTTP collector, which keeps the spans that services send as JSON.

import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

export interface CollectedSpan {
  readonly service: string;
  /** Attributes of the process that are texts. */
  readonly resource: Readonly<Record<string, string>>;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  /** Attributes that are texts. */
  readonly attributes: Readonly<Record<string, string>>;
  /** Text of the error of a failed span. Empty for others. */
  readonly error: string;
}

export interface TraceCollector extends AsyncDisposable {
  /** URL for `--trace-endpoint`. */
  readonly endpoint: string;
  readonly spans: readonly CollectedSpan[];
  /** Headers of each request. */
  readonly headers: readonly IncomingHttpHeaders[];
}

type SentAttributes = readonly { key: string; value: { stringValue?: string } }[];

interface SentSpan extends Pick<CollectedSpan, 'name' | 'traceId' | 'spanId'> {
  readonly parentSpanId?: string;
  readonly attributes?: SentAttributes;
  readonly status?: { readonly message?: string };
}

interface Payload {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: SentAttributes };
    readonly scopeSpans: readonly { readonly spans: readonly SentSpan[] }[];
  }[];
}

export async function createTraceCollector(): Promise<TraceCollector> {
  const spans: CollectedSpan[] = [];
  const headers: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    headers.push(request.headers);
    void json(request).then((body) => {
      spans.push(...spansOf(body as Payload));
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    headers,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function* spansOf({ resourceSpans }: Payload): Generator<CollectedSpan> {
  for (const { resource: sent, scopeSpans } of resourceSpans) {
    const resource = textsOf(sent.attributes);
    const service = resource['service.name'] ?? '';
    for (const span of scopeSpans.flatMap((scope) => scope.spans)) {
      const { name, traceId, spanId, parentSpanId = '', attributes = [], status = {} } = span;
      const error = status.message ?? '';
      yield { service, resource, name, traceId, spanId, parentSpanId, attributes: textsOf(attributes), error };
    }
  }
}

const textsOf = (attributes: SentAttributes): Readonly<Record<string, string>> =>
  Object.fromEntries(
    attributes.flatMap(({ key, value: { stringValue } }) => (stringValue === undefined ? [] : [[key, stringValue]])),
  );
