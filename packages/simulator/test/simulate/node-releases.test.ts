import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { fetchNpmPackage } from '@pareto/testkit';

const script = fileURLToPath(new URL('support/print-digests.ts', import.meta.url));

async function digests(binary: string): Promise<unknown> {
  const { stdout } = await promisify(execFile)(binary, ['--import=tsx', script]);
  return JSON.parse(stdout);
}

describe('the results of all policies', function () {
  this.timeout(300_000);
  let own: unknown;
  before(async () => {
    own = await digests(process.execPath);
  });

  for (const release of ['20', '22', '24'])
    it(`are the same bytes on Node ${release}`, async function () {
      if (process.version.startsWith(`v${release}.`)) return;
      const fetched = await fetchNpmPackage(`node-linux-${process.arch}@${release}`);
      if (fetched.kind === 'missing') {
        Object.assign(this.test ?? {}, { skipReason: fetched.reason });
        this.skip();
      }
      assert.deepEqual(await digests(join(fetched.folder, 'bin/node')), own);
    });
});
