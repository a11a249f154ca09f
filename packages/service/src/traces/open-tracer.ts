// The tracer of a role of a process: what identifies the role to the collector.

import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { ServiceRole } from '@pareto/rpc';
import { createTracer, type Tracer } from '@pareto/telemetry';
import type { CommonConfig } from '../flags/common-flags.js';
import { productVersion } from '../product-version.js';

/** Opens the tracer of a role. */
export async function openTracer(
  service: ServiceRole,
  {
    traceEndpoint: endpoint,
    traceSample: sample,
    cluster,
  }: Pick<CommonConfig, 'traceEndpoint' | 'traceSample' | 'cluster'>,
): Promise<Tracer> {
  const resource = {
    'service.namespace': cluster,
    'service.instance.id': randomUUID(),
    'service.version': productVersion,
    'host.name': hostname(),
  };
  return createTracer({ service, endpoint, sample, resource });
}
