import assert from 'node:assert/strict';
import { ParetoError } from '@pareto/core';
import { createServer, type RpcServer, type ServiceHandlers, type wire } from '@pareto/rpc';
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

/** Answers each input as an output of the same name. */
const echo = async ({ inputs, objective }: wire.InferRequest): Promise<wire.InferResponseInput> => ({
  outputs: inputs,
  variant: `a:original`,
  accuracy: { metric: 'top1', value: 0.98, lower95: 0.97, upper95: 0.99, samples: 100 },
  costUsd: objective?.latencyMs ?? 0,
  decisionId: 'r.1',
});

describe('a client', () => {
  after(() => {
    for (const server of servers) server.close();
  });

  it('asks with an objective, and gets typed outputs and what answered', async () => {
    await using pareto = await connect({ routers: [await serve({ infer: echo })] });
    const answer = await pareto.infer({ ...query, objective: { latencyMs: 20, minAccuracy: 0.9 } });
    assert.deepEqual(answer.outputs['x'], query.inputs['x']);
    assert.deepEqual(
      [answer.variant, answer.accuracy, answer.costUsd, answer.decisionId],
      ['a:original', 0.98, 20, 'r.1'],
    );
    assert.equal(answer.measured?.lower95, 0.97);
  });

  it('goes on to the next router when one is not there', async () => {
    const [free = 0] = await freePorts(1);
    const there = await serve({ infer: echo });
    for (const first of [0, 0.99]) {
      await using pareto = await connect({ routers: [`127.0.0.1:${free}`, there], rng: () => first });
      assert.equal((await pareto.infer(query)).variant, 'a:original');
    }
  });

  it('tries again what a router could not take now, and only that', async () => {
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

  it('is told an overload at once, and what could be had instead', async () => {
    let asked = 0;
    const refuse = async (): Promise<never> => {
      asked += 1;
      const details = { 'pareto-nearest-objective': '{"latency_ms":50}' };
      throw new ParetoError(asked === 1 ? 'resource-exhausted' : 'failed-precondition', 'no', { details });
    };
    await using pareto = await connect({ routers: [await serve({ infer: refuse })] });
    await assert.rejects(pareto.infer(query), { code: 'resource-exhausted' });
    await assert.rejects(pareto.infer(query), (error: ParetoError) => {
      assert.equal(error.details['pareto-nearest-objective'], '{"latency_ms":50}');
      return error.code === 'failed-precondition';
    });
    assert.equal(asked, 2);
  });

  it('stops at its deadline, and when it is called off', async () => {
    const forever = (_request: unknown, { signal }: { signal: AbortSignal }): Promise<never> =>
      new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    await using pareto = await connect({ routers: [await serve({ infer: forever })] });
    await assert.rejects(pareto.infer(query, { timeoutMs: 50 }), { code: 'deadline-exceeded' });
    const caller = new AbortController();
    const asked = pareto.infer(query, { signal: caller.signal });
    caller.abort(new Error('enough'));
    await assert.rejects(asked, { message: 'enough' });
  });

  it('says that no router is there', async () => {
    const [free = 0] = await freePorts(1);
    await using pareto = await connect({ routers: [`127.0.0.1:${free}`] });
    await assert.rejects(pareto.infer(query), {
      code: 'unavailable',
      message: `no router answers at 127.0.0.1:${free}`,
    });
  });

  it('refuses an objective that none can be before it asks', async () => {
    await using pareto = await connect({ routers: ['127.0.0.1:1'] });
    await assert.rejects(pareto.infer({ ...query, objective: { minAccuracy: 98 } }), {
      message: 'objective min_accuracy is 98: expected a fraction from 0 to 1',
    });
  });

  it('streams queries, and goes on after one that failed', async () => {
    const modelStreamInfer: Protocol['modelStreamInfer'] = async (stream) => {
      for await (const { id, modelName, inputs, rawInputContents, parameters } of stream) {
        if (modelName === 'none') await stream.write({ errorMessage: 'there is no none', inferResponse: { id } });
        else {
          const outputs = inputs.map(({ name, datatype, shape }) => ({ name, datatype, shape }));
          const pareto_variant = { stringParam: `${modelName}:original` };
          const cost = { pareto_cost: { doubleParam: parameters['latency_ms']?.doubleParam ?? 0 } };
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
    const asked = ['sum', 'none', 'sum'].map((target, at) => ({
      ...{ target, id: String(at), objective: { latencyMs: 5 } },
      inputs: { x: tensor('FP32', [1], [at]) },
    }));
    const got: StreamedAnswer[] = [];
    for await (const answer of pareto.stream(asked)) got.push(answer);
    assert.deepEqual(
      got.map((each) => [each.id, each.kind === 'answered' ? each.answer.outputs['x']?.data[0] : each.reason]),
      [
        ['0', 0],
        ['1', 'there is no none'],
        ['2', 2],
      ],
    );
    assert.equal(got[0]?.kind === 'answered' ? got[0].answer.costUsd : undefined, 5);
  });
});
