// Queries of clients: by objective, by name, typed and raw, and their traces, metrics and explanations.

import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import type { LoadReport } from '@pareto/loadgen';
import { encodeInferRequest } from '@pareto/protocol';
import { startChild, waitFor, type TraceCollector } from '@pareto/testkit';
import { refusalOf, type Parameters, type TestClient } from '../support/client.js';
import type { Cluster } from '../support/cluster.js';
import { probe } from '../support/service-process.js';
import { classesOf, type Digits } from '../support/digits.js';
import { collectorSecret, useDigits } from '../support/shared-digits.js';

describe('queries', () => describeQueries('router', '0af7651916cd43dd8448eb211c80319c'));
describe('queries of a router and a worker in one process', () =>
  describeQueries('node', '1af7651916cd43dd8448eb211c80319c'));

function describeQueries(kind: 'router' | 'node', traceId: string): void {
  const theDigits = useDigits(kind);
  let collector: TraceCollector;
  let cluster: Cluster;
  let client: TestClient;
  let digits: Digits;
  before(() => {
    ({ collector, cluster, client, digits } = theDigits());
  });

  const variantFor = async (target: string, parameters: Parameters): Promise<string> =>
    String((await client.infer(target, [digits.input(0)], parameters)).parameters.get('pareto_variant'));

  const accuracyOf = async (variant: string): Promise<number> => {
    const { variants } = await client.registry.describe({ name: variant });
    return variants[0]?.measurements[0]?.accuracy?.value ?? Number.NaN;
  };

  describe('that name only a task', () => {
    it('are answered by different variants for different objectives, each meeting its own', async () => {
      const floors = [0, 0.97, 0.985, 0.99];
      const chosen = [];
      for (const floor of floors) {
        const variant = await variantFor('digits', floor === 0 ? { latency_ms: 1000 } : { min_accuracy: floor });
        assert.ok((await accuracyOf(variant)) >= floor, `${variant} for ${floor}`);
        chosen.push(variant);
      }
      assert.ok(new Set(chosen).size >= 3, chosen.join(' '));
    });

    it('are answered by the most accurate variant without an objective', async () => {
      assert.equal(await variantFor('digits', {}), 'cnn-large:original');
    });

    it('are correct about as often as measured', async () => {
      const { right, accuracy } = await askMany(300);
      const slack = 4 * Math.sqrt((accuracy * (1 - accuracy)) / 300) + 0.005;
      assert.ok(Math.abs(right / 300 - accuracy) < slack, `${right} of 300, measured ${accuracy}`);
    });

    async function askMany(count: number): Promise<{ right: number; accuracy: number }> {
      let right = 0;
      let accuracy = 0;
      for (let index = 0; index < count; index += 10) {
        const answer = await client.infer('digits', [digits.input(index, 10)], { min_accuracy: 0.98 });
        accuracy = Number(answer.parameters.get('pareto_accuracy'));
        right += classesOf(answer).filter((found, row) => found === digits.label(index + row)).length;
      }
      return { right, accuracy };
    }

    it('take their objective from metadata, overridden by parameters', async () => {
      const body = encodeInferRequest({ modelName: 'digits', inputs: [digits.input(0)] });
      const { trailers } = await client.modelInfer(body, { metadata: { 'x-pareto-min-accuracy': '0.99' } });
      assert.equal(trailers.get('pareto-variant'), 'cnn-large:original');
      const parameters = [['min_accuracy', 0.5] as const, ['latency_ms', '1000'] as const];
      const stronger = encodeInferRequest({ modelName: 'digits', inputs: [digits.input(0)], parameters });
      const answer = await client.modelInfer(stronger, { metadata: { 'x-pareto-min-accuracy': '0.99' } });
      assert.notEqual(answer.trailers.get('pareto-variant'), 'cnn-large:original');
    });

    it('may contain a batch, which is answered in order', async () => {
      const answer = await client.infer('digits', [digits.input(10, 7)], { min_accuracy: 0.99 });
      assert.deepEqual(answer.outputs[0]?.shape, [7, 10]);
      const singles = await Promise.all(
        Array.from({ length: 7 }, (_, row) => client.infer('digits', [digits.input(10 + row)], { min_accuracy: 0.99 })),
      );
      assert.deepEqual(classesOf(answer), singles.flatMap(classesOf));
    });

    it('are refused with the nearest feasible objective if no variant meets theirs', async () => {
      const refusal = await refusalOf(variantFor('digits', { min_accuracy: 0.9999 }));
      assert.equal(refusal.code, 'failed-precondition');
      assert.match(refusal.message, /nearest feasible objective: .*accuracy >= 0\.99/);
      const nearest = JSON.parse(refusal.details['pareto-nearest-objective'] ?? '') as { min_accuracy: number };
      await variantFor('digits', { min_accuracy: nearest.min_accuracy });
    });

    it('get the most accurate variant in time instead of the cheapest if they prefer accuracy', async () => {
      const limits = { latency_ms: 1_000, min_accuracy: 0.9 };
      assert.notEqual(await variantFor('digits', limits), 'cnn-large:original');
      assert.equal(await variantFor('digits', { ...limits, prefer: 'accuracy' }), 'cnn-large:original');
      assert.notEqual(await variantFor('digits', { prefer: 'cost' }), 'cnn-large:original');
      const refusal = await refusalOf(variantFor('digits', { prefer: 'speed' }));
      assert.match(refusal.message, /parameter prefer is "speed": expected one of cost, accuracy/);
    });

    it('get an answer below their floor, marked as degraded, if they allow it', async () => {
      const answer = await client.infer('digits', [digits.input(0)], { min_accuracy: 0.9999, degrade: 'allow' });
      assert.equal(answer.parameters.get('pareto_degraded'), true);
      assert.equal(answer.parameters.get('pareto_variant'), 'cnn-large:original');
    });
  });

  describe('by name', () => {
    it('may name an architecture or a variant', async () => {
      assert.equal(await variantFor('cnn-medium', {}), 'cnn-medium:original');
      assert.equal(await variantFor('mlp-tiny:original', {}), 'mlp-tiny:original');
    });

    it('load a cold variant that was unloaded, and use one that is kept warm', async () => {
      const ready = async (): Promise<number> => {
        const { variants } = await client.registry.describe({ name: 'cnn-medium' });
        return variants.reduce((sum, { replicasReady }) => sum + replicasReady, 0);
      };
      const cold = await client.registry.setRule({ kind: 'cold', target: 'cnn-medium', actor: 'test' });
      await waitFor('it to be cold', async () => ((await ready()) === 0 ? true : undefined), 30_000);
      const { parameters } = await client.infer('cnn-medium', [digits.input(0)], { latency_ms: 30_000 });
      assert.equal(parameters.get('pareto_cold_start'), true);
      assert.equal(await ready(), 1);
      const warm = await client.registry.setRule({ kind: 'warm', target: 'cnn-medium', actor: 'test' });
      await assert.rejects(client.registry.liftRule({ id: cold.id }), { code: 'not-found' });
      await client.registry.liftRule({ id: warm.id });
    });

    for (const name of ['nothing', 'cnn-large:int3', 'none:original']) {
      it(`are NOT_FOUND for ${name}`, async () => {
        assert.equal((await refusalOf(variantFor(name, {}))).code, 'not-found');
      });
    }

    it('are refused if the named variant is below the accuracy floor', async () => {
      assert.equal(
        (await refusalOf(variantFor('mlp-tiny:original', { min_accuracy: 0.99 }))).code,
        'failed-precondition',
      );
    });
  });

  describe('of the Open Inference Protocol', () => {
    const typed = (): number[] => Array.from(new Float32Array(new Uint8Array(digits.input(0).raw).buffer));

    it('are answered with typed contents if they have typed contents', async () => {
      const inputs = [{ name: 'image', datatype: 'FP32', shape: [1, 1, 28, 28], contents: { fp32Contents: typed() } }];
      const answer = await client.oip.modelInfer({ modelName: 'digits', id: 'q7', inputs });
      assert.deepEqual([answer.id, answer.modelName, answer.rawOutputContents.length], ['q7', 'digits', 0]);
      assert.equal(answer.outputs[0]?.contents?.fp32Contents.length, 10);
      assert.equal(answer.parameters['pareto_variant']?.stringParam, 'cnn-large:original');
    });

    it('are answered with raw contents and the same numbers if they have raw contents', async () => {
      const inputs = [{ name: 'image', datatype: 'FP32', shape: [1, 1, 28, 28], contents: { fp32Contents: typed() } }];
      const asTyped = await client.oip.modelInfer({ modelName: 'cnn-small', inputs });
      const asRaw = await client.infer('cnn-small', [digits.input(0)]);
      const raw = asRaw.outputs[0]?.raw ?? assert.fail();
      assert.deepEqual(asTyped.outputs[0]?.contents?.fp32Contents, [...new Float32Array(new Uint8Array(raw).buffer)]);
    });

    it('list the server and its models', async () => {
      assert.equal((await client.oip.serverLive({})).live, true);
      assert.equal((await client.oip.serverReady({})).ready, true);
      assert.equal((await client.oip.modelReady({ name: 'digits' })).ready, true);
      assert.equal((await client.oip.serverMetadata({})).name, 'pareto');
      const metadata = await client.oip.modelMetadata({ name: 'digits' });
      assert.deepEqual(metadata.inputs, [{ name: 'image', datatype: 'FP32', shape: [-1, 1, 28, 28] }]);
      assert.deepEqual(metadata.outputs, [{ name: 'logits', datatype: 'FP32', shape: [-1, 10] }]);
    });
  });

  describe('of pareto.v1', () => {
    const tensors = () => [{ name: 'image', datatype: 'FP32', shape: [1, 1, 28, 28], contents: digits.input(5).raw }];

    it('are answered with variant, accuracy and its interval, cost and a decision that can be explained', async () => {
      const answer = await client.inference.infer({
        target: 'digits',
        objective: { minAccuracy: 0.985 },
        inputs: tensors(),
      });
      assert.ok(
        answer.accuracy !== null &&
          answer.accuracy.lower95 < answer.accuracy.value &&
          answer.accuracy.value < answer.accuracy.upper95,
      );
      assert.ok(answer.costUsd > 0 && answer.latencyMs > 0);
      const why = await client.inference.explain({ decisionId: answer.decisionId });
      assert.deepEqual([why.target, why.outcome, why.candidates[0]?.variant], ['digits', 'chosen', answer.variant]);
      assert.equal(why.candidates[0]?.verdict, 'chosen');
      assert.equal(answer.costPer_1k, why.candidates[0].costPer_1k, 'the estimate that was compared');
      assert.ok(answer.costPer_1k > 0);
      assert.ok(why.candidates.some(({ verdict }) => verdict !== 'chosen' && verdict !== 'eligible'));
    });

    it('explain refusals too, and return NOT_FOUND for an unknown decision', async () => {
      const refusal = await refusalOf(
        client.inference.infer({ target: 'digits', objective: { minAccuracy: 0.9999 }, inputs: tensors() }),
      );
      const why = await client.inference.explain({ decisionId: refusal.details['pareto-decision-id'] ?? '' });
      assert.notEqual(why.outcome, 'chosen');
      assert.equal((await refusalOf(client.inference.explain({ decisionId: 'router.99999' }))).code, 'not-found');
    });

    it('return whether an objective is feasible, by which variant, and the nearest feasible one', async () => {
      const yes = await client.inference.whatIf({ target: 'digits', objective: { minAccuracy: 0.985 } });
      assert.equal(yes.feasible, true);
      const no = await client.inference.whatIf({ target: 'digits', objective: { minAccuracy: 0.9999 } });
      assert.equal(no.feasible, false);
      assert.ok((no.nearest?.minAccuracy ?? 0) > 0.98);
      assert.equal(no.nearestBy?.variant, 'cnn-large:original');
    });
  });

  describe('observed from outside', () => {
    it('create one trace from the client through router and worker to the executor', async () => {
      const body = encodeInferRequest({ modelName: 'digits', inputs: [digits.input(0)] });
      await client.modelInfer(body, { metadata: { traceparent: `00-${traceId}-b7ad6b7169203331-01` } });
      const spans = await waitFor('the spans of the trace', () => {
        const found = collector.spans.filter((span) => span.traceId === traceId);
        return found.length >= 3 ? found : undefined;
      });
      const services = new Set(spans.map(({ service }) => service));
      assert.ok(services.has('pareto-router') && services.has('pareto-worker'), [...services].join(' '));
      const instances = new Map(spans.map(({ service, resource }) => [resource['service.instance.id'], service]));
      assert.equal(instances.size, services.size, 'each role of each process has an id of its own');
      assert.ok(collector.headers.every(({ authorization }) => authorization === collectorSecret));
      const ids = new Set(['b7ad6b7169203331', ...spans.map(({ spanId }) => spanId)]);
      for (const span of spans)
        assert.ok(ids.has(span.parentSpanId), `${span.service} ${span.name} has no parent in the trace`);
      assert.equal(spans.filter(({ parentSpanId }) => parentSpanId === 'b7ad6b7169203331').length, 1);
      assert.ok(
        spans.some(({ name, service }) => /execut|compute|run/i.test(`${service} ${name}`)),
        JSON.stringify(spans),
      );
    });

    it('are accounted for by the load generator', async () => {
      const entry = fileURLToPath(new URL('../../loadgen/dist/main.js', import.meta.url));
      const data = fileURLToPath(new URL('../../examples/digits/validation.npz', import.meta.url));
      const flags = ['--address', cluster.router.address, '--target', 'digits', '--data', data, '-o', 'json'];
      const load = ['--rate', '50', '--duration', '2', '--latency-ms', '5000', '--min-accuracy', '0.97'];
      await using child = startChild(process.execPath, [entry, ...flags, ...load]);
      assert.equal((await child.exited).code, 0, child.output);
      const report = JSON.parse(child.output) as LoadReport;
      assert.deepEqual([report.sent, report.statuses], [100, { ok: 100 }]);
      assert.ok(report.right > 90 && report.attainment > 0.5, child.output);
    });

    it('appear in the metrics of router and worker', async () => {
      const router = (await probe(cluster.router.metricsPort, '/metrics')).text;
      assert.ok(/pareto_requests_total\{[^}]*task="digits",target="digits",code="ok"[^}]*\} \d\d+/.test(router));
      assert.ok(/pareto_decisions_total\{[^}]*outcome="infeasible"/.test(router));
      assert.ok(!router.includes('target="nothing"'));
      const workers = await Promise.all(cluster.workers.map(({ metricsPort }) => probe(metricsPort, '/metrics')));
      assert.ok(
        workers.some(({ text }) => /pareto_compute_seconds_count\{[^}]*variant="cnn-large:original"/.test(text)),
      );
      const controller = (await probe(cluster.controller.metricsPort, '/metrics')).text;
      assert.ok(/pareto_workers\{state="connected"[^}]*\} 2/.test(controller));
    });
  });
}
