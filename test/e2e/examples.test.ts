// Runs the examples as a user does, if their toolchain is installed.

import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { goFlags, goVariables } from '@pareto/testkit';
import type { Cluster } from '../support/cluster.js';
import { preparePython, run } from '../support/python.js';
import { useDigits } from '../support/shared-digits.js';
import { skipWithout } from '../support/skip.js';

const examples = fileURLToPath(new URL('../../examples/', import.meta.url));
const goPrograms = fileURLToPath(new URL('../../.cache/examples-go/', import.meta.url));

describe('examples', function () {
  this.timeout(180_000);
  const theDigits = useDigits();
  let cluster: Cluster;
  before(() => {
    ({ cluster } = theDigits());
  });

  const modelLess = (output: string): void => {
    assert.match(output, /latency[^\n]*100[^\n]*→ \[?7\]? by [a-z-]+:original, right 9[6-9]\.\d+ ?% of the time/);
    assert.match(output, /[aA]ccuracy[^\n]*0?\.98[^\n]*→ \[?7\]? by [a-z-]+:original, right 9[89]\.\d+ ?% of the time/);
    assert.match(output, /no variant of task 'digits' can meet[^\n]*nearest feasible objective/);
  };
  const protocol = (output: string): void => {
    assert.match(output, /digits takes image FP32\s?\[-1,? ?1,? ?28,? ?28\]/);
    // The whole line, because another program prints the same after its objective.
    assert.match(output, /^(?:example-1: )?\[?7\]? by [a-z-]+:original$/m);
  };
  const batch = (output: string): void => {
    assert.match(output, /together: \[?0,? ?1,? ?2,? ?3,? ?4,? ?5,? ?6,? ?7,? ?8,? ?9/);
    for (let digit = 0; digit < 10; digit++) assert.match(output, new RegExp(`^${digit}: \\[?${digit}\\]?`, 'm'));
  };

  /**
   * Runs a program and returns its output. Throws unless the exit code is 0. Runs it again if a query was refused because
   * it could not be answered in time: the latencies of the examples are short for a busy machine.
   */
  async function outputOf(command: string, args: readonly string[], attempts = 5): Promise<string> {
    const { code, output } = await run(command, args);
    if (code !== 0 && attempts > 1 && /resource.?exhausted/i.test(output)) return outputOf(command, args, attempts - 1);
    assert.equal(code, 0, output);
    return output;
  }

  describe('in TypeScript', () => {
    it('query by objective, use the protocol over HTTP and query in batches', async () => {
      const { address, url } = cluster.router;
      const programs = { 'model-less': address, protocol: new URL(url).host, batch: address };
      // One process runs the programs, because each process would take 0.6 s of CPU to import the client.
      const lines = Object.entries(programs).map(
        ([name, argument]) => `process.argv[2] = '${argument}'; await import('${examples}typescript/${name}.ts');`,
      );
      const output = await outputOf(process.execPath, ['--import=tsx', '--input-type=module', '-e', lines.join('\n')]);
      for (const check of [modelLess, protocol, batch]) check(output);
    });
  });

  describe('in Python', () => {
    let python = '';
    before(async function () {
      const environment = await preparePython();
      skipWithout(this, environment.kind === 'missing' ? environment.reason : undefined);
      if (environment.kind === 'ready') ({ python } = environment);
    });
    it('query by objective, use the protocol and query in batches', async () => {
      // One process runs the programs, because each process would take 0.7 s of CPU to import the client.
      const program = `import runpy, sys
sys.path.append("${examples}python")
for name in "model_less", "protocol", "batch": runpy.run_module(name, run_name="__main__")`;
      const output = await outputOf(python, ['-c', program, cluster.router.address]);
      for (const check of [modelLess, protocol, batch]) check(output);
    });
  });

  describe('in Go', () => {
    before(async function () {
      // Built together, because each `go run` links a program again.
      const build = ['build', '-C', `${examples}go`, ...goFlags, '-o', goPrograms, './...'];
      const { code, output } = await run('go', build, goVariables).catch((error: unknown) => ({
        code: 1,
        output: String(error),
      }));
      skipWithout(this, code === 0 ? undefined : `go build: ${output.trim().split('\n').at(-1) ?? ''}`);
    });
    const example = (name: string): Promise<string> => outputOf(`${goPrograms}${name}`, [cluster.router.address]);
    it('query by objective', async () => modelLess(await example('model-less')));
    it('use the protocol', async () => protocol(await example('protocol')));
    it('query in batches', async () => batch(await example('batch')));
  });
});
