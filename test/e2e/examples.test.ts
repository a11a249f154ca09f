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
const tsx = fileURLToPath(new URL('../../node_modules/tsx/dist/cli.mjs', import.meta.url));

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
    assert.match(output, /7\]? by [a-z-]+:original/);
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
    const example = (name: string, address: string): Promise<string> =>
      outputOf(process.execPath, [tsx, `${examples}typescript/${name}.ts`, address]);
    it('query by objective', async () => modelLess(await example('model-less', cluster.router.address)));
    it('use the protocol over HTTP', async () => protocol(await example('protocol', new URL(cluster.router.url).host)));
    it('query in batches', async () => batch(await example('batch', cluster.router.address)));
  });

  describe('in Python', () => {
    let python = '';
    before(async function () {
      const environment = await preparePython();
      skipWithout(this, environment.kind === 'missing' ? environment.reason : undefined);
      if (environment.kind === 'ready') ({ python } = environment);
    });
    const example = (name: string): Promise<string> =>
      outputOf(python, [`${examples}python/${name}.py`, cluster.router.address]);
    it('query by objective', async () => modelLess(await example('model_less')));
    it('use the protocol', async () => protocol(await example('protocol')));
    it('query in batches', async () => batch(await example('batch')));
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
