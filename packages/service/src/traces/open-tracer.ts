// The tracer of a role of a process: what identifies the role to the collector, and the headers for the collector.

import { randomUUID } from 'node:crypto';
import { validateHeaderName, validateHeaderValue } from 'node:http';
import { hostname } from 'node:os';
import { ParetoError, type Clock } from '@pareto/core';
import type { ServiceRole } from '@pareto/rpc';
import { createTracer, type Logger, type Tracer } from '@pareto/telemetry';
import type { CommonConfig } from '../flags/common-flags.js';
import type { ConfigSources } from '../flags/config.js';
import { productVersion } from '../product-version.js';
import { limitWarnings } from '../limits/limited-log.js';

/** Variables with headers, which OpenTelemetry's SDK reads. */
const headerVariables = ['OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_EXPORTER_OTLP_TRACES_HEADERS'];

export interface TracerContext {
  /** Environment of the process. */
  readonly env: ConfigSources['env'];
  readonly logger: Logger;
  readonly clock: Clock;
}

/**
 * Opens the tracer of a role. Throws `invalid-argument` if traces are exported and a variable with headers for the collector is
 * malformed, which the SDK would ignore. The error has no values, because they are secrets.
 */
export async function openTracer(
  service: ServiceRole,
  {
    traceEndpoint: endpoint,
    traceSample: sample,
    cluster,
  }: Pick<CommonConfig, 'traceEndpoint' | 'traceSample' | 'cluster'>,
  { env, logger, clock }: TracerContext,
): Promise<Tracer> {
  if (endpoint !== undefined) for (const name of headerVariables) checkHeaders(name, env[name] ?? '');
  // A failure can follow every second.
  const warn = limitWarnings(logger, clock, { maxPerWindow: 1, windowMs: 30_000 });
  const resource = {
    'service.namespace': cluster,
    'service.instance.id': randomUUID(),
    'service.version': productVersion,
    'host.name': hostname(),
  };
  return createTracer({
    ...{ service, endpoint, sample, resource },
    onFailure: (reason) => warn('traces were not accepted by the collector', { reason }),
  });
}

function checkHeaders(name: string, headers: string): void {
  for (const [index, header] of headers.split(',').entries()) {
    if (header.trim() === '' || isHeader(header)) continue;
    throw new ParetoError(
      'invalid-argument',
      `variable ${name}: header ${index + 1} is invalid, expected name=value pairs separated by commas; write a comma in a value as %2C, a semicolon as %3B, a percent sign as %25`,
    );
  }
}

function isHeader(text: string): boolean {
  const [, name = '', value = ''] = /^\s*([^=\s]+)\s*=\s*([^;]*[^;\s])\s*$/.exec(text) ?? [];
  try {
    validateHeaderName(decodeURIComponent(name));
    validateHeaderValue(name, decodeURIComponent(value));
    return true;
  } catch {
    return false;
  }
}
