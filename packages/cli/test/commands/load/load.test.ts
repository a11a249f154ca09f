import assert from 'node:assert/strict';
import { waitFor } from '@pareto/testkit';
import { runProgram } from '../../../src/program.js';
import { createTerminal } from '../../../src/terminal/terminal.js';
import { createFakeStorage, startFakeController, type FakeController } from '../../support/fake-controller.js';
import { fakeVariant } from '../../support/fake-description.js';
import { clock } from '../../support/clock.js';

describe('load and unload', () => {
  let controller: FakeController;
  beforeEach(async () => {
    controller = await startFakeController(createFakeStorage());
  });
  afterEach(() => controller[Symbol.dispose]());

  const variants = (replicasReady: number) => ({
    task: { name: 'digits' },
    variants: [
      fakeVariant({ name: 'cnn:fp16', replicasReady: 0 }),
      fakeVariant({ name: 'cnn:original', replicasReady }),
    ],
  });

  /** Output of the last command so far. */
  let written = { stdout: '', stderr: '' };
  async function run(...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    written = { stdout: '', stderr: '' };
    const output = (name: 'stdout' | 'stderr'): { write(text: string): unknown } => ({
      write: (text) => (written[name] += text),
    });
    const terminal = createTerminal(output('stdout'), output('stderr'));
    const { signal } = new AbortController();
    const context = { terminal, clock, stop: signal, kill: signal };
    const code = await runProgram(['--controller', controller.address, ...argv], context);
    return { code, ...written };
  }

  it('waits until a variant is ready and prints the reason of the delay', async () => {
    controller.description = variants(0);
    const reason = 'no worker has a slot and 9.0 MiB for it';
    controller.overview = {
      notices: ['something else'],
      unmetWarmRules: [
        { target: 'mlp', reason: 'another reason' },
        { target: 'cnn', reason },
      ],
    };
    const running = run('load', 'model/cnn', '--for', '2h', '--reason', 'the demo');
    await waitFor('the reason', () => written.stderr !== '' || undefined);
    controller.description = variants(2);
    const { code, stdout, stderr } = await running;
    assert.deepEqual([code, stderr], [0, `${reason}\n`]);
    assert.equal(
      stdout,
      "cnn is kept warm for 2 h: cnn:original (2 ready); 'pareto unload cnn' stops that, 'pareto rules remove 1' removes the rule\n",
    );
    const [rule] = controller.rules;
    assert.deepEqual([rule?.kind, rule?.target, rule?.reason], ['warm', 'cnn', 'the demo']);
  });

  it('fails after --timeout with the reason that a controller of release 0.1 sends as a notice', async () => {
    controller.description = variants(0);
    controller.overview = { notices: ['cnn is wished to be warm: it is not measured yet'] };
    const { code, stderr } = await run('load', 'cnn', '--timeout', '0.2s');
    assert.equal(code, 1);
    assert.match(stderr, /pareto: cnn is not ready after \d+ ms: cnn is wished to be warm: it is not measured yet\n$/);
    assert.equal(controller.rules.length, 1);
  });

  it('does not wait with --detach', async () => {
    controller.description = variants(0);
    const { stdout } = await run('load', 'digits', '--detach', '-o', 'json');
    const { rule, ready } = JSON.parse(stdout) as { rule: { kind: string }; ready: unknown[] };
    assert.deepEqual([rule.kind, ready], ['warm', []]);
  });

  it('creates a cold rule without waiting', async () => {
    const { code, stdout } = await run('unload', 'cnn');
    assert.deepEqual(
      [code, stdout],
      [
        0,
        "cnn is not kept warm until the rule is removed; 'pareto load cnn' keeps it warm, 'pareto rules remove 1' removes the rule\n",
      ],
    );
    assert.match((await run('rules')).stdout, /^ID {2}RULE.*\n1 {3}cold {2}cnn /);
    assert.equal((await run('load')).code, 2);
    assert.equal((await run('unload', 'cnn', '--for', 'ever')).code, 2);
  });
});
