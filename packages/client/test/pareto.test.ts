import assert from 'node:assert/strict';
import { ParetoError } from '@pareto/core';
import { type wire } from '@pareto/protocol';
import { createServer, type RpcServer, type ServiceHandlers } from '@pareto/rpc';
import { freePorts } from '@pareto/testkit';
import { connect, tensor, type Query, type StreamedAnswer } from '../src/index.js';

type Inference = ServiceHandlers<'pareto.v1.Inference'>;
type Protocol = ServiceHandlers<'inference.GRPCInferenceService'>;

const query: Query = { target: 'sum', inputs: { x: tensor('FP32', [1, 2], [1, 2]) } };
const servers: RpcServer[] = [];

async function serve(inference: Inference, protocol: Protocol = {}): Promise<string> {
  const server = createServer();
  server.add('pareto.v1.Inference', inference);
  server.add('inference.GRPCInferenceService', protocol);
  servers.push(server);
  return `127.0.0.1:${await server.listen('127.0.0.1', 0)}`;
}

/** Returns each input as an output of the same name. */
const echo = async ({ inputs, objective }: wire.InferRequest): Promise<wire.InferResponseInput> => ({
  outputs: inputs,
  variant: `a:original`,
  accuracy: { metric: 'top1', value: 0.98, lower95: 0.97, upper95: 0.99, samples: 100 },
  costUsd: objective?.latencyMs ?? 0,
  costPer_1k: 0.02,
  decisionId: 'r.1',
});

describe('a client', () => {
  after(() => {
    for (const server of servers) server.close();
  });

  it('sends an objective, and returns typed outputs and the variant', async () => {
    await using pareto = await connect({ routers: [await serve({ infer: echo })] });
    const answer = await pareto.infer({ ...query, objective: { latencyMs: 20, minAccuracy: 0.9 } });
    assert.deepEqual(answer.outputs['x'], query.inputs['x']);
    assert.deepEqual(
      [answer.variant, answer.accuracy, answer.costUsd, answer.decisionId],
      ['a:original', 0.98, 20, 'r.1'],
    );
    assert.equal(answer.measured?.lower95, 0.97);
    assert.equal(answer.costPer1k, 0.02);
  });

  it('fails over to the next router when one is unreachable', async () => {
    const [free = 0] = await freePorts(1);
    const reachable = await serve({ infer: echo });
    for (const first of [0, 0.99]) {
      await using pareto = await connect({ routers: [`127.0.0.1:${free}`, reachable], rng: () => first });
      assert.equal((await pareto.infer(query)).variant, 'a:original');
    }
  });

  it('retries after UNAVAILABLE, unless retry is false', async () => {
    const left = { times: 2 };
    const busy = async (request: wire.InferRequest): Promise<wire.InferResponseInput> => {
      if (left.times-- > 0) throw new ParetoError('unavailable', 'no table yet');
      return echo(request);
    };
    await using pareto = await connect({ routers: [await serve({ infer: busy })] });
    assert.equal((await pareto.infer(query)).variant, 'a:original');
    left.times = 1;
    await assert.rejects(pareto.infer(query, { retry: false }), { code: 'unavailable' });
  });

  it('does not retry a refusal, and returns the nearest feasible objective', async () => {
    let calls = 0;
    const refuse = async (): Promise<never> => {
      calls += 1;
      const details = { 'pareto-nearest-objective': '{"latency_ms":50}' };
      throw new ParetoError(calls === 1 ? 'resource-exhausted' : 'failed-precondition', 'no', { details });
    };
    await using pareto = await connect({ routers: [await serve({ infer: refuse })] });
    await assert.rejects(pareto.infer(query), { code: 'resource-exhausted' });
    await assert.rejects(pareto.infer(query), (error: ParetoError) => {
      assert.equal(error.details['pareto-nearest-objective'], '{"latency_ms":50}');
      return error.code === 'failed-precondition';
    });
    assert.equal(calls, 2);
  });

  it('stops at its deadline, and when its signal aborts', async () => {
    const forever = (_request: unknown, { signal }: { signal: AbortSignal }): Promise<never> =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    await using pareto = await connect({ routers: [await serve({ infer: forever })] });
    await assert.rejects(pareto.infer(query, { timeoutMs: 50 }), { code: 'deadline-exceeded' });
    const caller = new AbortController();
    const answer = pareto.infer(query, { signal: caller.signal });
    caller.abort(new Error('enough'));
    await assert.rejects(answer, { message: 'enough' });
  });

  it('reports that no router is reachable', async () => {
    const [free = 0] = await freePorts(1);
    await using pareto = await connect({ routers: [`127.0.0.1:${free}`] });
    await assert.rejects(pareto.infer(query), {
      code: 'unavailable',
      message: `no router is reachable at 127.0.0.1:${free}`,
    });
  });

  it('rejects an invalid objective before sending the query', async () => {
    await using pareto = await connect({ routers: ['127.0.0.1:1'] });
    await assert.rejects(pareto.infer({ ...query, objective: { minAccuracy: 98 } }), {
      message: 'objective min_accuracy is 98: expected a fraction from 0 to 1',
    });
  });

  it('streams queries, and continues after one that failed', async () => {
    const modelStreamInfer: Protocol['modelStreamInfer'] = async (stream) => {
      for await (const { id, modelName, inputs, rawInputContents, parameters } of stream) {
        if (modelName === 'none') await stream.write({ errorMessage: 'unknown model', inferResponse: { id } });
        else {
          const outputs = inputs.map(({ name, datatype, shape }) => ({ name, datatype, shape }));
          const pareto_variant = { stringParam: `${modelName}:original` };
          const cost = {
            pareto_cost: { doubleParam: parameters['latency_ms']?.doubleParam ?? 0 },
            pareto_cost_per_1k: { doubleParam: 0.02 },
          };
          const response = {
            id,
            outputs,
            rawOutputContents: rawInputContents,
            parameters: { pareto_variant, ...cost },
          };
          await stream.write({ inferResponse: response });
        }
      }
    };
    await using pareto = await connect({ routers: [await serve({}, { modelStreamInfer })] });
    const queries = ['sum', 'none', 'sum'].map((target, index) => ({
      ...{ target, id: String(index), objective: { latencyMs: 5 } },
      inputs: { x: tensor('FP32', [1], [index]) },
    }));
    const received: StreamedAnswer[] = [];
    for await (const answer of pareto.stream(queries)) received.push(answer);
    assert.deepEqual(
      received.map((each) => [each.id, each.kind === 'answered' ? each.answer.outputs['x']?.data[0] : each.reason]),
      [
        ['0', 0],
        ['1', 'unknown model'],
        ['2', 2],
      ],
    );
    const costs = received[0]?.kind === 'answered' ? received[0].answer : undefined;
    assert.deepEqual([costs?.costUsd, costs?.costPer1k], [5, 0.02]);
  });
});
