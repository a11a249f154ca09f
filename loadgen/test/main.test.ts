import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { createServer, encodeInferResponse, rawUnary, scanInferRequest, type RpcServer } from '@pareto/rpc';
import { startChild, type Child } from '@pareto/testkit';
import type { LoadReport } from '../src/index.js';

const program = fileURLToPath(new URL('../dist/main.js', import.meta.url));

describe('the load generator', function () {
  this.timeout(20_000);
  let server: RpcServer;
  let address: string;
  const latencies = new Map<unknown, number>();

  before(async () => {
    server = createServer();
    server.add('inference.GRPCInferenceService', {
      modelInfer: rawUnary(async (body) => {
        const { modelName, parameters } = scanInferRequest(body);
        const latencyMs = Number(parameters.get('latency_ms'));
        latencies.set(latencyMs, (latencies.get(latencyMs) ?? 0) + 1);
        return encodeInferResponse({ modelName, modelVersion: '1', id: '', parameters: [], outputs: [] }, false);
      }),
      modelMetadata: async () => ({ name: 't', inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 3] }] }),
    });
    address = `127.0.0.1:${await server.listen('127.0.0.1', 0)}`;
  });
  after(() => server.close());

  async function run(...args: readonly string[]): Promise<Child> {
    const child = startChild(process.execPath, [program, '--address', address, '--target', 't', ...args]);
    await child.exited;
    return child;
  }

  it('sends each objective of a mix by its weight, and reports it', async () => {
    const load = ['--rate', '400', '--duration', '1', '--arrivals', 'gamma'];
    const { output } = await run(...load, '--mix', '600:1,4000:3', '--output', 'json');
    const { classes, sent } = JSON.parse(output) as LoadReport;
    assert.deepEqual(
      classes.map(({ name, objectiveMs }) => [name, objectiveMs]),
      [
        ['600 ms', 600],
        ['4000 ms', 4000],
      ],
    );
    const [short, long] = classes.map((each) => each.sent);
    assert.deepEqual(
      [...latencies].sort(),
      [
        [600, short],
        [4000, long],
      ].sort(),
    );
    const share = (long ?? 0) / sent;
    assert.ok(sent > 150 && Math.abs(share - 0.75) < 0.1, `${sent} were sent, ${share} of them with 4000 ms`);
  });

  it('shows how to run it in its help', async () => {
    const { output } = await run('--help');
    assert.match(output, /^Usage: npm run loadgen -- \[options\]\n/);
    assert.match(output, /\n {2}npm run loadgen -- --target digits /);
    assert.deepEqual(
      output.split('\n').filter((line) => line.length > 100),
      [],
    );
  });

  const invalid: readonly (readonly [args: readonly string[], message: RegExp])[] = [
    [['--mix', '60:1', '--latency-ms', '60'], /'--mix <.*>' cannot be used with option '--latency-ms <ms>'/],
    [['--mix', '60:0'], /"60:0" is not a latency in ms with an optional weight, both above 0/],
    [['--arrivals', 'diurnal'], /Allowed choices are constant, poisson, gamma/],
  ];
  for (const [args, message] of invalid)
    it(`rejects ${args.join(' ')}`, async () => {
      const child = await run(...args);
      assert.equal((await child.exited).code, 1);
      assert.match(child.output, message);
    });
});
