import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { loopModel, startChild, waitFor } from '@pareto/testkit';
import { saveModel } from '../support/harness.js';

const parent = fileURLToPath(new URL('orphan-parent.ts', import.meta.url));

describe('executor process', function () {
  this.timeout(30_000);

  it('ends with its parent, even while its model hangs', async function () {
    if (!existsSync('/usr/bin/setpriv')) return this.skip();
    const model = await saveModel('loop', loopModel());
    await using child = startChild(process.execPath, ['--import=tsx', parent, model]);
    const pid = await waitFor('the executor', () => Number(/executor (\d+)/.exec(child.output)?.[1]) || undefined);
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.ok(existsSync(`/proc/${pid}`));
    child.kill('SIGKILL');
    await waitFor('the end of the executor', () => (existsSync(`/proc/${pid}`) ? undefined : true), 20_000);
  });
});
