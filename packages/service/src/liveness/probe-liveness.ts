// Probes whether a process is alive whose event loop does not respond.

import { randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { milliseconds, type Clock } from '@pareto/core';
import { encodeProbe, readAnswer } from './datagrams.js';

/**
 * Returns the incarnation of the process that listens on host:port. Undefined if it does not answer within 300 ms: it has ended,
 * is stopped or unreachable, has been blocked for 30 s, or cannot be probed. Does not reject.
 */
export type ProbeLiveness = (address: string) => Promise<string | undefined>;

/** Datagrams can be lost, so several are sent. */
const attempts = 3;
const attemptMs = milliseconds(100);

export const createLivenessProbe =
  (clock: Clock): ProbeLiveness =>
  async (target) => {
    if (!URL.canParse(`udp://${target}`)) return undefined;
    const { hostname, port } = new URL(`udp://${target}`);
    const found = await lookup(hostname.replaceAll(/[[\]]/g, '')).catch(() => undefined);
    if (found === undefined) return undefined;
    const { address, family } = found;
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
    const nonce = randomBytes(16);
    try {
      const answered = waitForAnswer(socket, nonce);
      for (let i = 0; i < attempts; i += 1) {
        // Errors of sending and of the network are a lack of an answer.
        socket.send(encodeProbe(nonce), Number(port), address, () => undefined);
        const answer = await Promise.race([answered, clock.sleep(attemptMs)]);
        if (typeof answer === 'string') return answer;
      }
      return undefined;
    } finally {
      socket.close();
    }
  };

/** Resolves with the incarnation once the answer arrives. */
const waitForAnswer = (socket: Socket, nonce: Buffer): Promise<string> =>
  new Promise((resolve) => {
    socket.on('error', () => undefined);
    socket.on('message', (message) => {
      const incarnation = readAnswer(message, nonce);
      if (incarnation !== undefined) resolve(incarnation);
    });
  });
