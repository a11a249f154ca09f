// A server that answers every query of any model immediately, with the same scores: `answer-server.ts PORT`.

import { encodeInferResponse } from '@pareto/protocol';
import { createServer, rawUnary } from '@pareto/rpc';

const outputs = [{ name: 'y', datatype: 'FP32', shape: [1, 10], raw: Buffer.alloc(40) }] as const;
const answer = encodeInferResponse({ modelName: 'm', modelVersion: '1', id: '', parameters: [], outputs }, false);

const server = createServer();
server.add('inference.GRPCInferenceService', {
  modelInfer: rawUnary(async () => answer),
  modelMetadata: async ({ name }) => ({ name, inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 64] }] }),
});
await server.listen('127.0.0.1', Number(process.argv[2]));
