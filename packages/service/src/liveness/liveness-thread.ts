// The program of the thread that answers probes while the event loop is busy, but not while it has been blocked for long.

import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '@pareto/core';
import { answerProbes } from './answer-probes.js';
import { createTurnWatch, turnCheckMs, type LivenessThreadData } from './turns.js';

const { address, port, incarnation, turns } = workerData as LivenessThreadData;
const watch = createTurnWatch(turns, systemClock);
const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');

const check = (): void => {
  watch.check();
  systemClock.after(turnCheckMs, check);
};
check();
answerProbes(socket, incarnation, watch);
socket.on('error', (error) => {
  throw error;
});
socket.bind(port, address, () => parentPort?.postMessage('bound'));
