// Shared parts of the scripts: progress lines with times, child processes, and the repository's root.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { constants, getPriority, setPriority } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** An error whose message states what to do. Scripts print it without a stack. */
export class ScriptError extends Error {}

const seconds = (since) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

/** Runs `work` and prints how long it took, or the text that `work` returns. */
export async function timed(title, work) {
  const since = performance.now();
  process.stdout.write(`${title} …\n`);
  const note = await work();
  process.stdout.write(`${title}: ${typeof note === 'string' ? note : seconds(since)}\n`);
}

/**
 * Runs a program in the root, or in the folder `cwd`. Returns its exit code and output. `onOutput` receives each chunk
 * of output, and a function that stops the program. With `inherit`, the output goes directly to the terminal. With `idle`,
 * the program only uses the processors that others leave.
 */
export function run(command, args, { onOutput, inherit = false, idle = false, env = process.env, cwd = root } = {}) {
  return new Promise((resolve, reject) => {
    const windows = process.platform === 'win32';
    const child = spawn(command, args, {
      ...{ cwd, env },
      // npm's own programs are command files on Windows.
      shell: windows && (command === 'npm' || command.endsWith('pnpm')),
      stdio: inherit ? 'inherit' : ['ignore', 'pipe', 'pipe'],
      // A separate process group, so that its children are stopped too.
      detached: !windows && !inherit,
    });
    const nice = idle ? constants.priority.PRIORITY_LOW : getPriority();
    if (!inherit && child.pid !== undefined) setNice(child.pid, nice);
    const stop = (signal) => {
      try {
        if (windows || inherit) child.kill(signal);
        else process.kill(-child.pid, signal);
      } catch {
        // The process has exited already.
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

/**
 * Sets a low priority, a nice value above 0, of a program with a session of its own. Linux may give each session
 * the same share of the processors, whatever the nice values of its processes, unless the session has one too.
 */
function setNice(pid, nice) {
  if (nice <= 0) return;
  try {
    setPriority(pid, nice);
    if (process.platform !== 'linux') return;
    writeFileSync(`/proc/${pid}/autogroup`, String(nice));
  } catch {
    // This kernel does not group processes, or the program has exited.
  }
}

/**
 * Environment of tools written in Go, which end soon. They collect garbage only from 2 GiB on, which saves a fifth to a third
 * of their CPU.
 */
export const goEnvironment = { ...process.env, GOGC: 'off', GOMEMLIMIT: '2GiB' };

/** Runs a program of node_modules by its file, without a shell or npm in between. */
export const runTool = (file, args, options) =>
  run(process.execPath, [join(root, 'node_modules', file), ...args], options);

/** Parses the options and words of the command line. Throws a ScriptError that names `command` if there is another option. */
export function readOptions(options, command) {
  // pnpm passes '--' on to the script, npm does not.
  const args = process.argv.slice(2).filter((argument) => argument !== '--');
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    const [reason] = error.message.split('. ');
    throw new ScriptError(`${reason}: "${command} -- --help" lists the options.`);
  }
}

/** Runs a script's main function. Prints the message of a ScriptError without a stack, and sets the exit code to 1. */
export async function main(work) {
  try {
    process.exitCode = await work();
  } catch (error) {
    console.error(error instanceof ScriptError ? error.message : error);
    process.exitCode = 1;
  }
}

/** Runs a check and prints what it found, if the file at `url` is the program that was started. */
export async function runCheckAlone(url, check) {
  if (url !== pathToFileURL(process.argv[1]).href) return;
  await main(async () => {
    const { code, output } = await check();
    if (output !== '') console.log(output);
    return code;
  });
}
