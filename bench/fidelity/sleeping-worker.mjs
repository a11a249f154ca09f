// The worker's process, whose executors sleep for the time of a profile instead of computing. The profile is in the environment.

import childProcess from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import { fileURLToPath } from 'node:url';

const preloaded = fileURLToPath(new URL('sleeping-executor.cjs', import.meta.url));
const { spawn } = childProcess;
childProcess.spawn = (file, args, options) => {
  const at = args.findIndex((arg) => arg.endsWith('executor-main.cjs'));
  if (at === -1) return spawn(file, args, options);
  const env = { ...options.env, PARETO_SLEEP_POINTS: process.env.PARETO_SLEEP_POINTS };
  return spawn(file, [...args.slice(0, at), '--require', preloaded, ...args.slice(at)], { ...options, env });
};
syncBuiltinESMExports();
await import('../../services/worker/dist/main.js');
