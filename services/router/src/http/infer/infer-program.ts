// The program of a thread: parses requests and serializes responses, one task at a time.

import { parentPort } from 'node:worker_threads';
import { createChunks } from '../body/chunks.js';
import type { InferTask } from './infer-work.js';
import { readInfer, type ParsedInfer } from './read-infer.js';
import type { Reply } from '../reply/reply.js';
import { replyFor, asBuffer, memoryOf, owned, type ThreadReply } from './thread-message.js';
import { writeInfer } from './write-infer.js';

interface TaskResult {
  readonly result: ParsedInfer | Reply;
  readonly bytes: readonly Uint8Array[];
}

function runTask(task: InferTask): TaskResult {
  if (task.kind === 'write') {
    const outputs = task.response.outputs.map((output) => ({ ...output, raw: asBuffer(output.raw) }));
    const reply = writeInfer({ ...task.response, outputs }, task.binary);
    const body = reply.body.map(owned);
    return { result: { ...reply, body }, bytes: body };
  }
  const parsed = readInfer(createChunks(task.parts.map(asBuffer)), task.body);
  const inputs = parsed.request.inputs.map((input) => ({ ...input, contents: input.contents.map(owned) }));
  const bytes = inputs.flatMap(({ contents }) => contents);
  return { result: { ...parsed, request: { ...parsed.request, inputs } }, bytes };
}

function handleTask(task: InferTask): void {
  let outcome: TaskResult;
  try {
    outcome = runTask(task);
  } catch (error) {
    return parentPort?.postMessage(replyFor(error));
  }
  const done: ThreadReply = { kind: 'done', result: outcome.result };
  parentPort?.postMessage(done, memoryOf(outcome.bytes));
}

parentPort?.on('message', handleTask);
