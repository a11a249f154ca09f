// Queries that must be refused: invalid, too large, or from unauthorised callers. The query after a refused one is
// answered.

import assert from 'node:assert/strict';
import { encodeInferRequest } from '@pareto/protocol';
import { createChannel, createClient, createRawCaller, type Channel, type ServiceClient } from '@pareto/rpc';
import { refusalOf, type Parameters, type TestClient } from '../support/client.js';
import type { Cluster } from '../support/cluster.js';
import type { Digits } from '../support/digits.js';
import { useDigits } from '../support/shared-digits.js';

describe('queries', function () {
  this.timeout(120_000);
  const theDigits = useDigits();
  let cluster: Cluster;
  let client: TestClient;
  let digits: Digits;
  before(() => {
    ({ cluster, client, digits } = theDigits());
  });

  describe('that are invalid return INVALID_ARGUMENT', () => {
    const image = (): Parameters => ({ min_accuracy: 0.98 });
    const cases: readonly [string, () => Promise<unknown>, RegExp][] = [
      ['an unknown input', () => client.infer('digits', [{ ...digits.input(0), name: 'picture' }], image()), /image/],
      [
        'another datatype',
        () => client.infer('digits', [{ ...digits.input(0), datatype: 'INT32' }], image()),
        /image.*FP32.*INT32/,
      ],
      [
        'another shape',
        () => client.infer('digits', [{ ...digits.input(0), shape: [1, 28, 28] }], image()),
        /image.*28.*got|image.*expected.*28/,
      ],
      [
        'fewer bytes than the shape',
        () => client.infer('digits', [{ ...digits.input(0), raw: Buffer.alloc(8) }], image()),
        /image.*3136|image.*8 bytes/,
      ],
      ['no input', () => client.infer('digits', [], image()), /image|input/],
      [
        'a latency that is not a number',
        () => client.infer('digits', [digits.input(0)], { latency_ms: 'soon' }),
        /latency_ms/,
      ],
      ['an accuracy in percent', () => client.infer('digits', [digits.input(0)], { min_accuracy: 98 }), /min_accuracy/],
      [
        'a batch over the limit',
        () => client.infer('digits', [digits.input(0, 500)], {}),
        /a batch of 500 .* at most 32; split the request, or register the model again with a larger --max-batch-size$/,
      ],
      ['a name with spaces', () => client.infer('my digits', [digits.input(0)], {}), /name/],
      ['bytes that are not a message', () => client.modelInfer(Buffer.from('garbage!')), /./],
    ];
    for (const [what, ask, why] of cases) {
      it(what, async () => {
        const refusal = await refusalOf(ask());
        assert.equal(refusal.code, 'invalid-argument', refusal.message);
        assert.match(refusal.message, why);
      });
    }

    it('typed and raw contents together', async () => {
      const inputs = [{ name: 'image', datatype: 'FP32', shape: [1, 1, 28, 28], contents: { fp32Contents: [1] } }];
      const call = client.oip.modelInfer({ modelName: 'digits', inputs, rawInputContents: [digits.input(0).raw] });
      assert.equal((await refusalOf(call)).code, 'invalid-argument');
    });
  });

  describe('of unusual size', () => {
    it('of 60 MB are refused for their shape, and the next one is answered', async () => {
      const huge = { ...digits.input(0), raw: Buffer.alloc(60 * 2 ** 20) };
      assert.equal((await refusalOf(client.infer('digits', [huge], { latency_ms: 30_000 }))).code, 'invalid-argument');
      await client.infer('digits', [digits.input(0)], {});
    });

    it('over the limit are refused with the name of the flag', async () => {
      const channel = createChannel(cluster.router.address, { maxMessageBytes: 100 * 2 ** 20 });
      try {
        const call = createRawCaller(channel, '/inference.GRPCInferenceService/ModelInfer');
        const refusal = await refusalOf(call(Buffer.alloc(65 * 2 ** 20)));
        assert.equal(refusal.code, 'resource-exhausted');
        assert.match(refusal.message, /--max-message-bytes/);
      } finally {
        channel.close();
      }
      await client.infer('digits', [digits.input(0)], {});
    });
  });

  describe('from unauthorised callers', () => {
    let worker: Channel;
    let execution: ServiceClient<'pareto.v1.Execution'>;
    before(() => {
      worker = createChannel(cluster.workers[0]?.address ?? '');
      execution = createClient(worker, 'pareto.v1.Execution');
    });
    after(() => worker.close());

    it('are rejected by workers', async () => {
      const body = encodeInferRequest({ modelName: 'digits', inputs: [digits.input(0)] });
      const call = createRawCaller(worker, '/inference.GRPCInferenceService/ModelInfer');
      assert.equal((await refusalOf(call(body))).code, 'unauthenticated');
      const forged = { 'pareto-internal-token': 'wrong', 'pareto-internal-decision': '{}' };
      assert.equal((await refusalOf(call(body, { metadata: forged }))).code, 'unauthenticated');
      assert.equal((await refusalOf(execution.ping({}))).code, 'unauthenticated');
    });

    it('cannot join the fleet or watch the routes', async () => {
      const channel = createChannel(cluster.controller.address);
      const join = createClient(channel, 'pareto.v1.Fleet').join();
      const watch = createClient(channel, 'pareto.v1.Routes').watch();
      await join.write({ message: 'hello', hello: { workerId: 'intruder' } });
      await watch.write({ message: 'hello', hello: { routerId: 'intruder' } });
      for (const stream of [join, watch]) {
        assert.equal((await refusalOf(stream[Symbol.asyncIterator]().next())).code, 'unauthenticated');
      }
      channel.close();
    });

    it('cannot send their own decision to the router', async () => {
      const body = encodeInferRequest({ modelName: 'mlp-tiny', inputs: [digits.input(0)] });
      const decision = JSON.stringify({ decisionId: 'x.1', replica: 'x', variant: 'forged', latencyLeftMs: 1 });
      const { trailers } = await client.modelInfer(body, { metadata: { 'pareto-internal-decision': decision } });
      assert.equal(trailers.get('pareto-variant'), 'mlp-tiny:original');
      assert.ok(
        ![...trailers.keys()].some((name) => name.startsWith('pareto-internal') || name.startsWith('endpoint-load')),
      );
    });
  });
});
