// An unmodified client of the Open Inference Protocol, written by others in another language.

import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { createTestClient, type TestClient } from '../support/client.js';
import { startCluster, type Cluster } from '../support/cluster.js';
import { registerDigits } from '../support/digits.js';
import { preparePython, run } from '../support/python.js';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
const validation = here('../../examples/digits/validation.npz');
const requests = 20_000;

interface Summary {
  readonly sent: number;
  readonly answered: number;
  readonly right: number;
  readonly errors: Readonly<Record<string, number>>;
}

describe('tritonclient', function () {
  this.timeout(600_000);
  let python = '';
  let cluster: Cluster | undefined;
  let client: TestClient | undefined;
  before(async function () {
    const environment = await preparePython('tritonclient', here('requirements.txt'));
    if (environment.kind === 'missing') {
      Object.assign(this.test?.parent ?? {}, { skipReason: environment.reason });
      this.skip();
    }
    python = environment.python;
    cluster = await startCluster();
    client = createTestClient(cluster);
    await registerDigits(client, ['mlp-small']);
    await client.waitUntilReady('mlp-small');
  });
  after(async () => {
    client?.[Symbol.dispose]();
    await cluster?.[Symbol.asyncDispose]();
  });

  it(`gets ${requests} right replies, 16 requests in flight`, async () => {
    const router = cluster?.router.address ?? '';
    const args = [here('tritonclient_flood.py'), router, 'digits', validation, String(requests), '16'];
    const { code, output } = await run(python, args);
    assert.equal(code, 0, output);
    const summary = JSON.parse(output.trim().split('\n').at(-1) ?? '') as Summary;
    assert.deepEqual(summary.errors, {}, output);
    assert.deepEqual([summary.sent, summary.answered, summary.right], [requests, requests, requests], output);
  });
});
