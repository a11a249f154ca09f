import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../dist/run-process.js', import.meta.url));

/** Returns a program, `main` is the body of its function. */
const programOf = (main: string): string => `import { runProcess } from ${JSON.stringify(program)};
await runProcess('program', async () => {${main}});`;

/** Runs a process in a shell: `main` is the body of its function, `to` the redirection of its output. */
async function run(main: string, to: string): Promise<{ stdout: string; stderr: string }> {
  const script = `{ "$0" --input-type=module -e "$1"; echo "exit $?" >&2; } ${to}`;
  const { NODE_EXTRA_CA_CERTS: _unused, ...env } = process.env;
  const child = spawn('sh', ['-c', script, process.execPath, programOf(main)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env,
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { stdout, stderr };
}

const lines = (count: number): string => `for (let i = 0; i < ${count}; i++) process.stdout.write(i + '\\n');`;

describe('runProcess', () => {
  it('ends after a slow reader has received the whole output', async () => {
    const { stdout, stderr } = await run(`${lines(100_000)} return 3;`, '| { sleep 1; cat; }');
    assert.equal(stdout.trimEnd().split('\n').at(-1), '99999');
    assert.equal(stderr, 'exit 3\n');
  });

  it('ends quietly with its code if the reader closes the pipe afterwards', async () => {
    const { stdout, stderr } = await run(`${lines(100_000)} return 3;`, '| { sleep 1; head -n 1; }');
    assert.deepEqual([stdout, stderr], ['0\n', 'exit 3\n']);
  });

  it('ends quietly with 0 if the reader closes the pipe while it runs', async () => {
    const forever = `for (;;) { process.stdout.write('line\\n'); await new Promise((resolve) => setTimeout(resolve, 10)); }`;
    assert.deepEqual(await run(forever, '| head -n 1'), { stdout: 'line\n', stderr: 'exit 0\n' });
  });

  it('ends with 1 and the reason if the output cannot be written', async () => {
    const { stderr } = await run(`${lines(1)} return 0;`, '> /dev/full');
    assert.equal(stderr, 'program: the output cannot be written: ENOSPC: no space left on device, write\nexit 1\n');
  });

  it('ends soon after a signal that ended the program, although its reader does not continue', async () => {
    const stopped = `const stop = new Promise((resolve) => process.once('SIGTERM', () => resolve(130)));
${lines(100_000)} setTimeout(() => process.kill(process.pid, 'SIGTERM'), 100); return stop;`;
    const { stderr } = await run(stopped, '| { sleep 5; echo reads >&2; cat >/dev/null; }');
    assert.equal(stderr, 'exit 130\nreads\n');
  });

  it('continues without a reader of stderr, and ends with its code', async () => {
    const main = `for (let i = 0; i < 20; i++) {
  process.stderr.write('step\\n');
  await new Promise((resolve) => setTimeout(resolve, 10));
}
process.stdout.write('done');
return 3;`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', programOf(main)]);
    child.stderr.once('data', () => child.stderr.destroy());
    const [stdout, exit] = await Promise.all([text(child.stdout), once(child, 'exit')]);
    assert.deepEqual([stdout, exit[0] as unknown], ['done', 3]);
  });

  it('ends at a signal while its reader does not continue', async () => {
    const main = `${lines(100_000)} setTimeout(() => process.kill(process.pid, 'SIGINT'), 200); return 3;`;
    const { stderr } = await run(main, '| { sleep 3; cat >/dev/null; }');
    assert.equal(stderr, 'exit 130\n');
  });
});
