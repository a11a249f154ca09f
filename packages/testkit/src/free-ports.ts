// Free ports on loopback.

import { createServer } from 'node:net';

/**
 * Returns different free ports, below the range of outgoing connections, so that a restarted process finds its port
 * free again. Each is followed by further free ones, `adjacent` in total. No other process that calls this function gets
 * them before this process ends, on Linux.
 */
export async function freePorts(count: number, adjacent = 1): Promise<readonly number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const first = 10_000 + Math.floor(Math.random() * 22_000);
    const all = Array.from({ length: adjacent }, (_, i) => first + i);
    if ((await areAll(all, claim)) && (await areAll(all, isFree))) ports.push(first);
  }
  return ports;
}

const areAll = async (ports: readonly number[], test: (port: number) => Promise<boolean>): Promise<boolean> =>
  (await Promise.all(ports.map(test))).every(Boolean);

/** Ports that this process claimed, or that another one had claimed. */
const claimed = new Set<number>();

/** Claims a port by a socket with its number in the abstract namespace of Linux, which the system closes with the process. */
function claim(port: number): Promise<boolean> {
  if (claimed.has(port)) return Promise.resolve(false);
  claimed.add(port);
  if (process.platform !== 'linux') return Promise.resolve(true);
  return new Promise((resolve) => {
    const socket = createServer().once('error', () => resolve(false));
    socket.listen(`\0pareto-test-port-${port}`, () => resolve(true)).unref();
  });
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
