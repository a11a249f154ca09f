import assert from 'node:assert/strict';
import { startProgram } from '../../support/run-program.js';

describe('pareto version', () => {
  const commit = /^([0-9a-f]{40}(-dirty)?|unknown)$/;

  it('prints the commit of the build, and the whole of it as JSON', async () => {
    const { stdout } = await startProgram('version', '--client').ended;
    assert.match(stdout, /^pareto {2}\d+\.\d+\.\d+, commit ([0-9a-f]{12}(-dirty)?|unknown), Node v/);
    const json = await startProgram('version', '--client', '-o', 'json').ended;
    assert.match((JSON.parse(json.stdout) as { readonly commit: string }).commit, commit);
  });

  it('is printed alone by the option --version', async () => {
    const { code, stdout } = await startProgram('--version').ended;
    assert.match(stdout, /^\d+\.\d+\.\d+\n$/);
    assert.equal(code, 0);
  });
});
