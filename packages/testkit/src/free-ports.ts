// Ports that nothing listens on.

import { createServer } from 'node:net';

/**
 * All different, and below those that outgoing connections get: a process that is down for a while finds its own free again.
 * `adjacent` counts the free ports from each on. Another process may take one before the caller does.
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
