// Answers the probes that arrive at a socket.

import type { Socket } from 'node:dgram';
import { answerProbe } from './datagrams.js';
import type { TurnWatch } from './turns.js';

/** Answers probes except while the event loop is blocked. Errors of sending count as lost datagrams. */
export function answerProbes(socket: Socket, incarnation: string, watch: Pick<TurnWatch, 'isBlocked'>): void {
  socket.on('message', (probe, { address, port }) => {
    const answer = watch.isBlocked ? undefined : answerProbe(probe, incarnation);
    if (answer === undefined) return;
    try {
      socket.send(answer, port, address, () => undefined);
    } catch {
      // Anyone can send a datagram with the source port 0, to which no answer can be sent.
    }
  });
}
