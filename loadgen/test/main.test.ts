import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { milliseconds, systemClock } from '@pareto/core';
import { createServer, rawUnary } from '@pareto/rpc';
import { startChild, waitFor } from '@pareto/testkit';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));

describe('the process of the load generator', () => {
  it('accepts the separator that pnpm passes on', async () => {
    await using child = startChild(process.execPath, [program, '--', '--help']);
    assert.deepEqual(await child.exited, { code: 0, signal: null });
    assert.match(child.output, /^Usage: npm run loadgen -- \[options\]/);
  });

  it('waits for the requests in flight at the first Ctrl-C, and exits at the second one', async () => {
    let received = 0;
    const server = createServer();
    server.add('inference.GRPCInferenceService', {
      modelInfer: rawUnary(async () => {
        received++;
        return new Promise(() => undefined);
      }),
      modelMetadata: async ({ name }) => ({ name, inputs: [] }),
    });
    const address = `127.0.0.1:${await server.listen('127.0.0.1', 0)}`;
    await using child = startChild(process.execPath, [program, '--address', address, '--target', 'digits']);
    await waitFor('a request', async () => received > 0 || undefined);
    // A package manager forwards the signal that the terminal also sends.
    for (let copy = 0; copy < 2; copy++) child.kill('SIGINT');
    await systemClock.sleep(milliseconds(500));
    assert.ok(child.running);
    const before = received;
    await systemClock.sleep(milliseconds(100));
    assert.equal(received, before);
    child.kill('SIGINT');
    assert.equal((await child.exited).code, 130);
    server.close();
  });

  it('exits with 2 at a wrong usage', async () => {
    await using child = startChild(process.execPath, [program, '--rate', 'fast']);
    assert.equal((await child.exited).code, 2);
  });
});
