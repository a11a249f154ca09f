import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@pareto/core';
import { startChild } from '@pareto/testkit';
import { runProgram } from '../src/program.js';
import { createTerminal } from '../src/terminal.js';
import { createFakeStorage, startFakeController, type FakeController, type FakeStorage } from './fake-controller.js';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

describe('the command line', () => {
  let storage: FakeStorage;
  let controller: FakeController;
  beforeEach(async () => {
    storage = createFakeStorage();
    storage.names.push('digits', 'cnn');
    controller = await startFakeController(storage);
  });
  afterEach(() => controller[Symbol.dispose]());

  async function run(...argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const written = { stdout: '', stderr: '' };
    const output = (name: 'stdout' | 'stderr'): { write(text: string): unknown } => ({
      write: (text) => (written[name] += text),
    });
    const signal = new AbortController().signal;
    const terminal = createTerminal(output('stdout'), output('stderr'));
    const code = await runProgram(argv, { terminal, clock: systemClock, stop: signal, kill: signal });
    return { code, ...written };
  }

  it('deletes, and says what went', async () => {
    const { code, stdout } = await run('--controller', `127.0.0.1:9,${controller.address}`, 'delete', 'cnn');
    assert.deepEqual(
      [code, stdout],
      [0, 'deleted cnn of task digits, versions 1, 2, and with it cnn:original (1 ready); what serves is drained\n'],
    );
    assert.deepEqual(storage.names, ['digits']);
  });

  it('tells programs the same as JSON', async () => {
    const { code, stdout } = await run('-o', 'json', 'delete', 'digits', '--controller', controller.address);
    assert.equal(code, 0);
    assert.deepEqual(JSON.parse(stdout), { kind: 'task', name: 'digits' });
  });

  it('tells a failure in one line on stderr', async () => {
    const { code, stdout, stderr } = await run('delete', 'nothing', '--controller', controller.address);
    assert.deepEqual([code, stdout, stderr], [1, '', 'pareto: there is no nothing\n']);
  });

  it('makes no task for models none of which is there', async () => {
    for (const path of ['models/*.onnx', main]) {
      const { code, stderr } = await run('register', path, '--task', 'new', '--controller', controller.address);
      assert.deepEqual([code, stderr], [1, `pareto: there is no .onnx file at ${path}\n`]);
    }
    assert.deepEqual(storage.names, ['digits', 'cnn']);
  });

  it('says of an address that answers, and is of something else, that it may be the wrong one', async () => {
    const { code, stderr } = await run('whatif', 'digits', '--router', controller.address);
    assert.equal(code, 1);
    assert.match(stderr, /Inference\/WhatIf: is what --controller and --router name a controller and a router\?$/m);
  });

  it('tells with the workers what a controller has to say of them', async () => {
    controller.overview = { workers: [{ workerId: 'w1', connected: true }], notices: ['no controller leads'] };
    const { code, stdout, stderr } = await run('workers', '--controller', controller.address);
    assert.equal(code, 0);
    assert.match(stdout, /^WORKER.*\nw1 +ready/);
    assert.equal(stderr, '! no controller leads\n');
  });

  it('refuses what is no address', async () => {
    for (const text of ['localhost', '127.0.0.1:8100;127.0.0.1:8110', 'a:1,b']) {
      const { code, stderr } = await run('list', '--controller', text);
      assert.equal(code, 2);
      assert.match(stderr, /--controller .* is invalid. Expected host:port, e.g. 127.0.0.1:8100/);
    }
    const { stderr } = await run('up', '--etcd', 'http://127.0.0.1:2379');
    assert.match(stderr, /--etcd .* is invalid. Expected host:port, e.g. 127.0.0.1:2379/);
  });

  it('shows an example with every command', async () => {
    const { stdout } = await run('--help');
    const commands = stdout.slice(stdout.indexOf('Commands:'));
    const names = [...commands.matchAll(/^ {2}([a-z]+) /gm)].map(([, name = '']) => name);
    assert.ok(names.includes('delete') && names.includes('up'));
    for (const name of names.filter((name) => name !== 'help')) {
      assert.match((await run(name, '--help')).stdout, /Examples?:\n {2}pareto /, name);
    }
  });

  it('takes addresses from the environment', async () => {
    const env = { PARETO_CONTROLLER: `127.0.0.1:9, ${controller.address}` };
    await using child = startChild(process.execPath, [main, 'delete', 'cnn'], { env });
    assert.deepEqual(await child.exited, { code: 0, signal: null });
  });
});
