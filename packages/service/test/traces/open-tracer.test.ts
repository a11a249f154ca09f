import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import type { ServiceRole } from '@pareto/rpc';
import { systemClock } from '@pareto/core';
import { createLogger, type Tracer } from '@pareto/telemetry';
import { createTraceCollector, waitFor } from '@pareto/testkit';
import { productVersion } from '../../src/index.js';
import { openTracer } from '../../src/traces/open-tracer.js';

const logger = createLogger({ service: 'router', level: 'silent', format: 'json' });
const secret = 'Bearer hunter2';

describe('openTracer', () => {
  const open = (role: ServiceRole, traceEndpoint: string | undefined, env = {}): Promise<Tracer> =>
    openTracer(role, { traceEndpoint, traceSample: 1, cluster: 'prod' }, { env, logger, clock: systemClock });
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

  const malformed: readonly [string, string][] = [
    ['without a value', 'authorization'],
    ['with an empty value', 'x-first=1,authorization='],
    ['without a name', `=${secret}`],
    ['with a name that HTTP does not allow', `autho rization=${secret}`],
    ['with a name that decodes to such', `autho%20rization=${secret}`],
    ['with a value that is cut at a semicolon', `authorization=${secret};b`],
    ['with an invalid percent-encoding', `authorization=${secret}%`],
    ['with a line break', `authorization=${secret}%0a`],
  ];
  for (const [what, headers] of malformed)
    it(`rejects a header for the collector ${what}, without its value`, async () => {
      for (const name of ['OTEL_EXPORTER_OTLP_HEADERS', 'OTEL_EXPORTER_OTLP_TRACES_HEADERS'])
        await assert.rejects(open('router', 'http://127.0.0.1:9', { [name]: headers }), (error: Error) => {
          const position = headers.includes(',') ? 2 : 1;
          assert.ok(error.message.startsWith(`variable ${name}: header ${position} is invalid, expected name=value`));
          return !error.message.includes('hunter2');
        });
    });

  it('accepts headers that are well-formed, and any while no traces are sent', async () => {
    const headers = `Authorization=${secret}, x-scope = a%2Cb=%3D ,`;
    for (const [endpoint, value] of [['http://127.0.0.1:9', headers] as const, [undefined, 'nonsense'] as const]) {
      const tracer = await open('router', endpoint, { OTEL_EXPORTER_OTLP_HEADERS: value });
      await tracer.shutdown();
    }
  });
});
