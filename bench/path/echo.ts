// Echo servers as processes.

import { fileURLToPath } from 'node:url';
import { createChannel, waitForReady } from '@pareto/rpc';
import { freePorts, startChild, type Child } from '@pareto/testkit';

export interface Echo extends AsyncDisposable {
  readonly address: string;
  readonly child: Child;
}

const script = fileURLToPath(new URL('./echo-server.ts', import.meta.url));

/** Starts a server with flags of `echo-server.ts`. Resolves when it accepts connections. */
export async function startEcho(...flags: readonly string[]): Promise<Echo> {
  const [port = 0] = await freePorts(1);
  const address = `127.0.0.1:${port}`;
  const child = startChild(process.execPath, ['--import=tsx', script, '--port', String(port), ...flags]);
  const channel = createChannel(address);
  try {
    await waitForReady(channel, 20_000);
  } catch (error) {
    throw new Error(`the echo server did not start: ${child.output}`, { cause: error });
  } finally {
    channel.close();
  }
  return { address, child, [Symbol.asyncDispose]: () => child[Symbol.asyncDispose]() };
}
