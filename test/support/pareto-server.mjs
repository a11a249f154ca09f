// Runs the `pareto` commands that scripts send to a socket, the only argument. A command without a process of its own costs a
// tenth of the CPU.

import { createServer } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { createTerminal, runProgram } from '@pareto/cli';
import { systemClock } from '@pareto/core';

const [, , socket] = process.argv;
const { signal } = new AbortController();

const server = createServer(async (request, response) => {
  const argv = (await buffer(request)).toString().split('\0').slice(0, -1);
  const output = { stdout: '', stderr: '' };
  const terminal = createTerminal(
    { write: (text) => (output.stdout += text) },
    { write: (text) => (output.stderr += text) },
  );
  const code = await runProgram(argv, { terminal, clock: systemClock, stop: signal, kill: signal }, process.env);
  response.writeHead(code === 0 ? 200 : 500).end(code === 0 ? output.stdout : output.stdout + output.stderr);
});
server.listen(socket, () => process.stdout.write('listening\n'));
