// Progress lines with times, child processes, and the repository's root: what the scripts share.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** A failure whose message says what to do; the scripts print it without a stack. */
export class StepError extends Error {}

const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** Runs `work` and prints how long it took. `work` may answer a text to print in place of the time. */
export async function step(title, work) {
  const since = performance.now();
  process.stdout.write(`${title} …\n`);
  const note = await work();
  process.stdout.write(`${title}: ${typeof note === 'string' ? note : seconds(since)}\n`);
}

/**
 * Runs a program in the root, or in the folder `cwd`; answers its exit code and output. With `onOutput` the output is also
 * handed on as it comes, with a function that ends the program; with `inherit` it goes straight to the terminal.
 */
export function run(command, args, { onOutput, inherit = false, env = process.env, cwd = root } = {}) {
  return new Promise((resolve, reject) => {
    const windows = process.platform === 'win32';
    const child = spawn(command, args, {
      ...{ cwd, env },
      // npm's own programs are command files on Windows.
      shell: windows && command === 'npx',
      stdio: inherit ? 'inherit' : ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that what it started ends with it.
      detached: !windows && !inherit,
    });
    const stop = (signal) => {
      try {
        if (windows || inherit) child.kill(signal);
        else process.kill(-child.pid, signal);
      } catch {
        // It is gone already.
      }
    };
    let output = '';
    const take = (chunk) => {
      output += chunk;
      if (onOutput !== undefined) onOutput(String(chunk), () => stop('SIGTERM'));
    };
    if (child.stdout !== null) child.stdout.on('data', take);
    if (child.stderr !== null) child.stderr.on('data', take);
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
      resolve({ code: code === null ? 1 : code, signal, output });
    });
  });
}

/** Runs a program of node_modules by its file, so that no shell and no npm stands between. */
export const runTool = (file, args, options) =>
  run(process.execPath, [join(root, 'node_modules', file), ...args], options);

/** Runs a script's main function: a StepError is one line on stderr, and the exit code is 1. */
export async function main(work) {
  try {
    process.exitCode = await work();
  } catch (error) {
    console.error(error instanceof StepError ? error.message : error);
    process.exitCode = 1;
  }
}
