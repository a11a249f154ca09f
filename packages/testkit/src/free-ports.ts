// Free ports on loopback.

import { createServer } from 'node:net';

/**
 * Returns different free ports, below the range of outgoing connections, so that a restarted process finds its port
 * free again. Each is followed by further free ones, `adjacent` in total. Another process may take a port before the
 * caller does.
 */
export async function freePorts(count: number, adjacent = 1): Promise<readonly number[]> {
  const ports: number[] = [];
  const taken = new Set<number>();
  while (ports.length < count) {
    const first = 10_000 + Math.floor(Math.random() * 22_000);
    const all = Array.from({ length: adjacent }, (_, i) => first + i);
    if (all.some((port) => taken.has(port)) || !(await areFree(all))) continue;
    ports.push(first);
    for (const port of all) taken.add(port);
  }
  return ports;
}

const areFree = async (ports: readonly number[]): Promise<boolean> =>
  (await Promise.all(ports.map(isFree))).every(Boolean);

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
