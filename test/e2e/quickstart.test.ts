// The wrapper of the quick start: its help, and the end of the cluster at a signal to it alone.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createTempFolder, freePorts, startChild, waitFor, type Child } from '@pareto/testkit';

const script = fileURLToPath(new URL('../../scripts/quickstart.mjs', import.meta.url));
const bundler = new URL('../../scripts/bundle.mjs', import.meta.url).href;

describe('npm run quickstart', () => {
  it('prints its help without installing or building', async () => {
    await using child = startChild(process.execPath, [script, '--help']);
    assert.deepEqual(await child.exited, { code: 0, signal: null });
    assert.match(child.output, /^Usage: npm run quickstart -- \[options\]\n/);
    assert.match(child.output, /--keep .*\n[\s\S]*\nExample:\n {2}npm run quickstart -- --keep\n$/);
  });

  it('ends the bundler after the build, which holds a GB', async () => {
    await using folder = await createTempFolder();
    await writeFile(folder.file('in.ts'), 'export const one = 1;\n');
    const bundle = { entry: folder.file('in.ts'), output: folder.file('out.js') };
    const lines = [
      `import { bundleAll } from ${JSON.stringify(bundler)};`,
      `await bundleAll([{ ...${JSON.stringify(bundle)}, options: () => ({ format: 'esm' }) }]);`,
      "console.log('bundled');",
      'setInterval(() => undefined, 60_000);',
    ];
    await using child = startChild(process.execPath, ['--input-type=module', '--eval', lines.join('\n')]);
    await waitFor('the bundle', () => child.output.includes('bundled') || ended(child), 30_000);
    assert.match(await readFile(bundle.output, 'utf8'), /one = 1/);
    const children = (): Promise<string> => readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
    await waitFor('the end of the bundler', async () => (await children()) === '' || undefined);
  });

  it('stops the cluster at SIGINT', async () => {
    await using folder = await createTempFolder();
    const [controller = 0, router = 0, http = 0, worker = 0] = await freePorts(4, 12);
    const ports = { controller, router, http, worker };
    const flags = Object.entries(ports).flatMap(([name, port]) => [`--${name}-port`, String(port)]);
    await using child = startChild(process.execPath, [script, '--data-dir', folder.path, ...flags]);
    await waitFor('a ready worker', async () => /^worker-1 +ready/m.test(child.output) || ended(child), 90_000);
    child.kill('SIGINT');
    assert.deepEqual(await child.exited, { code: 130, signal: null }, child.output);
    assert.match(child.output, /^stopped$/m);
    assert.ok(await isRefused(controller), 'the controller has exited');
  }).timeout(120_000);
});

const ended = ({ running, output }: Child): undefined => {
  assert.ok(running, output);
};

async function isRefused(port: number): Promise<boolean> {
  const socket = createConnection(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return false;
  } catch {
    return true;
  } finally {
    socket.destroy();
  }
}
