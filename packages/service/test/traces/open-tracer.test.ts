import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import type { ServiceRole } from '@pareto/rpc';
import type { Tracer } from '@pareto/telemetry';
import { createTraceCollector, waitFor } from '@pareto/testkit';
import { productVersion } from '../../src/index.js';
import { openTracer } from '../../src/traces/open-tracer.js';

describe('openTracer', () => {
  const open = (role: ServiceRole, traceEndpoint: string | undefined): Promise<Tracer> =>
    openTracer(role, { traceEndpoint, traceSample: 1, cluster: 'prod' });

  it('identifies each role of a process by the names of OpenTelemetry', async () => {
    await using collector = await createTraceCollector();
    const roles = ['router', 'worker'] as const;
    for (const role of roles) {
      const tracer = await open(role, collector.endpoint);
      tracer.startSpan('infer').end();
      await tracer.shutdown();
    }
    const spans = await waitFor('the spans', () => (collector.spans.length === 2 ? collector.spans : undefined));
    const ids = spans.map(({ resource }) => resource['service.instance.id']);
    assert.deepEqual(
      spans.map(({ resource }) => resource),
      roles.map((role, index) => ({
        'service.name': `pareto-${role}`,
        'service.namespace': 'prod',
        'service.instance.id': ids[index],
        'service.version': productVersion,
        'host.name': hostname(),
      })),
    );
    assert.equal(new Set(ids).size, 2);
    assert.match(ids[0] ?? '', /^[0-9a-f]{8}-/);
    assert.match(productVersion, /^\d+\.\d+\.\d+$/);
  });
});
