// Free ports on loopback.

import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

/**
 * Returns different free ports, below the range of outgoing connections, so that a restarted process finds its port
 * free again. Each is followed by further free ones, `adjacent` in total. No other process that calls this function gets
 * them before this process ends.
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

/** Claims a port by a UDP socket, which the system closes with the process, and which leaves the port free for TCP. */
function claim(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4').once('error', () => resolve(false));
    socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => resolve(true)).unref();
  });
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
