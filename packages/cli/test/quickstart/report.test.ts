import assert from 'node:assert/strict';
import { connectionHints } from '../../src/quickstart/report.js';

describe('connectionHints', () => {
  const hints = (controller: string, router: string): string =>
    connectionHints(
      {
        endpoints: { controller: [controller], router, certs: undefined },
        topology: { router: { httpPort: undefined } },
      },
      'examples/digits/validation.npz',
    );

  it('set the variables of the CLI if the ports are not the default ones', () => {
    assert.match(
      hints('127.0.0.1:18100', '127.0.0.1:18001'),
      /^ {2}export PARETO_CONTROLLER=127\.0\.0\.1:18100\n {2}export PARETO_ROUTER=127\.0\.0\.1:18001\n\n {2}npx pareto infer /m,
    );
    assert.doesNotMatch(hints('127.0.0.1:8100', '127.0.0.1:8001'), /export/);
  });
});
