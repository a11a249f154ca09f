// Measures a process from inside: `--import=agent.mjs?socket=PATH`. Connects to the socket of the benchmark, and starts
// and stops instruments at its command. It slows a process only while an instrument runs.

import childProcess from 'node:child_process';
import { readFileSync } from 'node:fs';
import inspector from 'node:inspector/promises';
import { syncBuiltinESMExports } from 'node:module';
import { createConnection } from 'node:net';
import { createInterface } from 'node:readline';
import { GCProfiler } from 'node:v8';
import { isMainThread } from 'node:worker_threads';
import { startCounting } from './counting.mjs';

const cpuIntervalUs = 500;
/** Mean distance between the sampled allocations. */
const allocationIntervalBytes = 8_192;

/** Starts each instrument. Returns a function that stops it and returns what it measured. `agents.ts` has the types. */
const instruments = {
  usage() {
    const collections = new GCProfiler();
    collections.start();
    const heapBytesBefore = heapBytes();
    const from = observeUsage();
    return () => {
      const used = Object.entries(observeUsage()).map(([name, value]) => [name, value - from[name]]);
      const heap = { heapBytesBefore, heapBytesAfter: heapBytes() };
      return { ...Object.fromEntries(used), ...heap, collections: collections.stop().statistics.map(collectionOf) };
    };
  },
  async cpu() {
    const session = await openSession('Profiler');
    await session.post('Profiler.setSamplingInterval', { interval: cpuIntervalUs });
    await session.post('Profiler.start');
    const from = mainThreadUs();
    return async () => {
      const cpuUs = mainThreadUs() - from;
      return { cpuUs, profile: await readProfile(session, 'Profiler.stop') };
    };
  },
  async allocations() {
    const session = await openSession('HeapProfiler');
    await session.post('HeapProfiler.startSampling', {
      samplingInterval: allocationIntervalBytes,
      includeObjectsCollectedByMajorGC: true,
      includeObjectsCollectedByMinorGC: true,
    });
    return () => readProfile(session, 'HeapProfiler.stopSampling');
  },
  counts: startCounting,
};

const heapBytes = () => process.memoryUsage().heapUsed;

function observeUsage() {
  const { user, system } = process.cpuUsage();
  const io = readIo();
  return {
    cpuUs: user + system,
    switches: process.resourceUsage().voluntaryContextSwitches,
    ...{ reads: io.syscr, readBytes: io.rchar, writes: io.syscw, writtenBytes: io.wchar },
  };
}

/** Returns the CPU time of the main thread. */
const mainThreadUs = () => Number(readFileSync('/proc/self/schedstat', 'utf8').split(' ')[0]) / 1000;

/** Returns what the process has read and written so far, if the system counts it. */
function readIo() {
  try {
    const lines = readFileSync('/proc/self/io', 'utf8').trim().split('\n');
    return Object.fromEntries(lines.map((line) => line.split(': ')).map(([name, value]) => [name, Number(value)]));
  } catch {
    return {};
  }
}

const collectionOf = ({ cost, beforeGC, afterGC }) => ({
  tookUs: cost,
  heapBytesBefore: beforeGC.heapStatistics.usedHeapSize,
  heapBytesAfter: afterGC.heapStatistics.usedHeapSize,
});

async function openSession(domain) {
  const session = new inspector.Session();
  session.connect();
  await session.post(`${domain}.enable`);
  return session;
}

async function readProfile(session, method) {
  const { profile } = await session.post(method);
  session.disconnect();
  return profile;
}

/** Makes the processes that this one starts load the agent too, with whatever environment. */
function followChildren() {
  const { spawn } = childProcess;
  const { NODE_OPTIONS } = process.env;
  const follow = (value) => (value?.env === undefined ? value : { ...value, env: { ...value.env, NODE_OPTIONS } });
  childProcess.spawn = (...args) => spawn(...args.map(follow));
  syncBuiltinESMExports();
}

function serve(path) {
  const socket = createConnection(path).unref();
  const send = (message) => socket.write(`${JSON.stringify(message)}\n`);
  send({ pid: process.pid });
  let stop;
  const run = async ({ start }) => {
    if (start === undefined) return stop();
    stop = await instruments[start]();
    return null;
  };
  const lines = createInterface(socket).on('error', () => undefined); // the benchmark has ended
  lines.on('line', (line) =>
    run(JSON.parse(line)).then(
      (result) => send({ result }),
      (error) => send({ error: String(error) }),
    ),
  );
}

if (isMainThread) {
  followChildren();
  serve(new URL(import.meta.url).searchParams.get('socket'));
}
