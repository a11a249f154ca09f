// Everything that is measured for one model, in one process tree: a cluster with two replicas of the model, another one
// whose router and worker are one process, ONNX Runtime alone, and echo servers.

import { writeFile } from 'node:fs/promises';
import { decisionKey, decisionVersion, encodeDecision, encodeInferRequest, tokenKey } from '@pareto/protocol';
import { createChannel, createRawCaller } from '@pareto/rpc';
import type { ServiceStarter } from '../../test/support/service-process.js';
import { startEcho } from './echo.js';
import { inputOf } from './input-of.js';
import { methodPath } from './method-path.js';
import type { PathModel } from './models.js';
import { descendantsOf, type PathProcess } from './processes.js';
import { startRawLoops, type RawLoops } from './raw-loops.js';
import type { SubjectName } from './round.js';
import { serveModel, type ServedModel } from './served-model.js';

/** A server with the metadata of its queries. */
interface Target {
  readonly address: string;
  readonly metadata: Readonly<Record<string, string>>;
}

/** Receiver of requests. Those in flight are divided among its targets. */
export interface Subject {
  readonly targets: readonly Target[];
  /** Length of an answer, which varies by some bytes. */
  readonly answerBytes: number;
}

export interface Path {
  readonly model: PathModel;
  readonly subjects: Readonly<Record<SubjectName, Subject>>;
  readonly raw: RawLoops;
  /** File with the length-prefixed message of a request. */
  readonly bodyFile: string;
  /** Returns the path of a temporary file. */
  readonly file: (name: string) => string;
  /** Resolves with the number of queries that the router has answered. */
  answered(): Promise<number>;
  /** Returns the processes that run now. */
  processes(): readonly PathProcess[];
  /** Resolves when the shape of the queries so far, which is not the profiled one, is measured. */
  waitForBucket(): Promise<void>;
  /** Throws if the replicas are not those of the start, because figures would not be comparable. */
  checkReplicas(): Promise<void>;
}

/** Number of slots of the worker, of replicas, and of processes that run ONNX Runtime alone. */
export const slots = 2;

/**
 * Starts everything for a model, calls `work` when all servers answer, and stops everything. `starter` starts the
 * services of the cluster.
 */
export async function withPath<T>(
  model: PathModel,
  work: (path: Path) => Promise<T>,
  starter?: ServiceStarter,
): Promise<T> {
  const content = await model.read();
  await using served = await serveModel(model.name, content, { slots, starter });
  await using servedByNode = await serveModel(model.name, content, { slots, starter, isNode: true });
  const { cluster, worker } = served;
  const { folder, router, controller } = cluster;
  const node = servedByNode.cluster.router;
  const [bodyFile, answerFile] = [folder.file('request.bin'), folder.file('answer.bin')];
  const modelFile = folder.file('raw.onnx');
  const body = encodeRequest(model);
  await writeFile(bodyFile, withLength(body));
  await writeFile(modelFile, content);
  const each = async (work: (one: ServedModel) => Promise<void>): Promise<void> =>
    void (await Promise.all([served, servedByNode].map(work)));
  const describe = async (...targets: readonly Target[]): Promise<Subject> => {
    const answers = await Promise.all(targets.map((target) => answerOf(target, body)));
    return { targets, answerBytes: Math.max(...answers.map(({ length }) => length)) };
  };
  const routed = { address: router.address, metadata: {} };
  await writeFile(answerFile, await answerOf(routed, body));
  await using echo = await startEcho('--answer', answerFile);
  await using passThrough = await startEcho('--to', echo.address);
  using raw = await startRawLoops(slots, modelFile, model.shape);
  return await work({
    ...{ model, raw, bodyFile, file: (name) => folder.file(name) },
    subjects: {
      echo: await describe({ address: echo.address, metadata: {} }),
      'pass-through': await describe({ address: passThrough.address, metadata: {} }),
      worker: await describe(...workerTargets(served)),
      router: await describe(routed),
      node: await describe({ address: node.address, metadata: {} }),
    },
    answered: async () => (await router.metrics()).value('pareto_requests_total', { code: 'ok' }),
    processes: () => [
      { role: 'router', pid: router.child.pid },
      { role: 'worker front', pid: worker.child.pid },
      ...descendantsOf(worker.child.pid).map((pid) => ({ role: 'executors', pid }) as const),
      { role: 'node', pid: node.child.pid },
      ...descendantsOf(node.child.pid).map((pid) => ({ role: 'executors of the node', pid }) as const),
      { role: 'controller', pid: controller.child.pid },
      { role: 'echo', pid: echo.child.pid },
      { role: 'pass-through', pid: passThrough.child.pid },
      ...raw.pids.map((pid) => ({ role: 'raw', pid }) as const),
    ],
    waitForBucket: () => each((one) => one.waitForBucket()),
    checkReplicas: () => each((one) => one.checkReplicas()),
  });
}

function encodeRequest({ name, shape }: PathModel): Buffer {
  const input = { name: 'x', datatype: 'FP32', shape, raw: Buffer.from(inputOf(shape).buffer) } as const;
  // No query is rejected.
  return encodeInferRequest({ modelName: name, parameters: [['latency_ms', 10_000]], inputs: [input] });
}

/** Returns a message with its length before it, as gRPC sends it. */
function withLength(message: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

/** Returns the worker once for each replica, with the metadata that a router sends for that replica. */
const workerTargets = ({ cluster, worker, replicas, variant }: ServedModel): readonly Target[] =>
  replicas.map((replica) => {
    const outcome = { variant, accuracy: undefined, costPer1k: undefined, coldStart: false, degraded: false };
    const decision = { decisionId: 'bench.1', replica, ...outcome, latencyLeftMs: 10_000 };
    const text = encodeDecision(decision, decisionVersion);
    return { address: worker.address, metadata: { [tokenKey]: cluster.token, [decisionKey]: text } };
  });

/** Returns the answer of a server. Throws if there is none. */
async function answerOf({ address, metadata }: Target, body: Buffer): Promise<Buffer> {
  const channel = createChannel(address);
  try {
    return (await createRawCaller(channel, methodPath)(body, { metadata, timeoutMs: 20_000 })).body;
  } finally {
    channel.close();
  }
}
