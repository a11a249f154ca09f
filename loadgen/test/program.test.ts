import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { ParetoError } from '@pareto/core';
import { encodeInferResponse, scanInferRequest } from '@pareto/protocol';
import { createServer, rawUnary, type RpcServer } from '@pareto/rpc';
import { createTempFolder, createTestAuthority, waitFor, type TempFolder } from '@pareto/testkit';
import { runProgram } from '../src/program.js';
import type { LoadRun } from '../src/index.js';

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(args: readonly string[], stop: AbortSignal = new AbortController().signal): Promise<Ended> {
  let [stdout, stderr] = ['', ''];
  const code = await runProgram(args, {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    stop,
  });
  return { code, stdout, stderr };
}

describe('the command line', function () {
  this.timeout(20_000);
  let server: RpcServer;
  let address: string;
  let folder: TempFolder;
  let received: { readonly target: string; readonly parameters: unknown; readonly token: string | undefined }[] = [];

  before(async () => {
    folder = await createTempFolder();
    server = createFake();
    address = `127.0.0.1:${await server.listen('127.0.0.1', 0)}`;
  });
  beforeEach(() => (received = []));
  after(async () => {
    server.close();
    await folder[Symbol.asyncDispose]();
  });

  function createFake(options: Parameters<typeof createServer>[0] = {}): RpcServer {
    const fake = createServer(options);
    fake.add('inference.GRPCInferenceService', {
      modelInfer: rawUnary(async (body, call) => {
        const { modelName, parameters } = scanInferRequest(body);
        received.push({
          target: modelName,
          parameters: Object.fromEntries(parameters),
          token: call.metadata.get('authorization'),
        });
        if (modelName === 'full') throw new ParetoError('resource-exhausted', 'the queue is full');
        return encodeInferResponse({ modelName, modelVersion: '1', id: '', parameters: [], outputs: [] }, false);
      }),
      modelMetadata: async ({ name }) => {
        if (name === 'nothing') throw new ParetoError('not-found', "there is no 'nothing'");
        return { name, inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 3] }] };
      },
    });
    fake.add('pareto.v1.Inference', {
      whatIf: async ({ target }) => {
        const accuracy =
          target === 'houses' ? { metric: 'rmse', value: 0.7, scale: 80 } : { metric: 'top1', value: 0.9 };
        return { candidates: [{ variant: 'cold' }, { variant: `${target}:original`, accuracy }] };
      },
    });
    return fake;
  }

  const send = (...args: readonly string[]): Promise<Ended> => run(['--address', address, ...args]);
  const sendJson = async (...args: readonly string[]): Promise<LoadRun> =>
    JSON.parse((await send('-o', 'json', ...args)).stdout) as LoadRun;

  it('prints a report', async () => {
    const { code, stdout, stderr } = await send('--target', 'digits', '--duration', '300ms');
    assert.equal(code, 0);
    assert.match(stdout, /^digits on 127\.0\.0\.1:\d+\n {2}Load +constant arrivals, 100\/s\n/);
    assert.match(stdout, /\n {2}Sent +30, /);
    assert.match(stdout, /\n {2}digits +30 {2}100\.00 %\n/);
    assert.equal(stderr, '');
  });

  it('prints the run as JSON, and writes it to a file, without the values of headers', async () => {
    const file = folder.file('run.json');
    const token = 'authorization: Bearer secret';
    const { settings, sent, interrupted, ...rest } = await sendJson(
      ...['--target', 'digits', '--duration', '300ms', '--header', token, '--header', 'x-y: 1', '--json', file],
    );
    assert.deepEqual(settings.headers, { authorization: '***', 'x-y': '***' });
    assert.deepEqual([sent, interrupted, rest.node], [30, false, process.versions.node]);
    assert.equal(new Date(rest.startedAt).toISOString(), rest.startedAt);
    assert.deepEqual((JSON.parse(await readFile(file, 'utf8')) as LoadRun).settings, settings);
    assert.ok(received.length === 30 && received.every(({ token: each }) => each === 'Bearer secret'));
  });

  it('writes a page', async () => {
    const file = folder.file('run.html');
    await send('--target', 'digits', '--duration', '200ms', '--html', file);
    assert.match(await readFile(file, 'utf8'), /<title>Load report: digits on 127\.0\.0\.1:\d+<\/title>/);
  });

  it('does not count the warm-up', async () => {
    const { sent } = await sendJson('--target', 'digits', '--duration', '300ms', '--warm-up', '200ms');
    assert.deepEqual([sent, received.length], [30, 50]);
  });

  it('keeps a number of requests in flight', async () => {
    const { settings, sender, sent } = await sendJson('--target', 'digits', '--in-flight', '3', '--duration', '300ms');
    assert.deepEqual(settings.loop, { kind: 'closed', inFlight: 3 });
    assert.ok(sent > 3 && sender.intendedPerSecond > 0);
  });

  it('translates a limit of an error into the floor of the target, and rejects it for another metric', async () => {
    const { settings } = await sendJson('--target', 'houses', '--max-rmse', '20', '--duration', '100ms');
    assert.deepEqual(settings.queries, [{ name: 'houses', target: 'houses', weight: 1, maxRmse: 20 }]);
    assert.ok(received.length === 10);
    for (const { parameters } of received) assert.deepEqual(parameters, { min_accuracy: 0.8 });
    const { code, stderr } = await send('--target', 'digits', '--max-rmse', '20');
    assert.equal(code, 2);
    assert.match(
      stderr,
      /--max-rmse is for tasks with the metric rmse, but digits is measured by top1: pass --min-acc/,
    );
    assert.match((await send('--target', 'houses', '--min-r2', '1.5')).stderr, /expected a number of 1 or less/);
  });

  it('sends the queries of a scenario with their objectives', async () => {
    const file = folder.file('load.yaml');
    await writeFile(
      file,
      `address: ${address}
rate: 100
duration: 500ms
queries:
  - { target: digits, latencyMs: 60, minAccuracy: 0.9, class: offline }
  - { target: full, arrivals: constant, rate: 20, maxCostPer1k: 0.5 }`,
    );
    const { stdout } = await run(['--scenario', file, '-o', 'json', '--rate', '60']);
    const { classes, failures } = JSON.parse(stdout) as LoadRun;
    assert.deepEqual(
      classes.map(({ name, objectiveMs, sent, rejected }) => [name, objectiveMs, sent, rejected]),
      [
        ['digits', 60, 30, 0],
        ['full', 1_000, 10, 10],
      ],
    );
    assert.deepEqual(failures, [{ code: 'resource-exhausted', reason: 'the queue is full', count: 10 }]);
    const parametersOf = (name: string): unknown => received.find(({ target }) => target === name)?.parameters;
    assert.deepEqual(parametersOf('digits'), { latency_ms: 60, min_accuracy: 0.9, class: 'offline' });
    assert.deepEqual(parametersOf('full'), { max_cost_per_1k: 0.5 });
  });

  it('replays a trace', async () => {
    const file = folder.file('day.csv');
    await writeFile(file, 't_s,rps,gap\n0,10,0\n3600,0,1\n7200,30,0\n');
    const { sent } = await sendJson('--target', 'digits', '--trace', file, '--rate', '100', '--duration', '400ms');
    assert.ok(Math.abs(sent - 40) <= 2, String(sent));
  });

  it('fails if no request is answered', async () => {
    const { code, stdout } = await send('--target', 'full', '--duration', '200ms');
    assert.equal(code, 1);
    assert.match(stdout, /\n {2}Rejected +20 \(100\.00 %\)\n/);
  });

  it('ends the sending at a signal, and prints the report', async () => {
    const stopping = new AbortController();
    void waitFor('queries', () => received.length > 10 || undefined).then(() => stopping.abort());
    const { code, stdout } = await run(
      ['--address', address, '--target', 'digits', '--duration', '1h'],
      stopping.signal,
    );
    assert.equal(code, 0);
    assert.match(stdout, /; interrupted after /);
  });

  it('uses TLS', async () => {
    const authority = await createTestAuthority();
    const { certificate, key } = await authority.issue();
    const current = {
      ca: Buffer.from(authority.ca),
      identity: { certificate: Buffer.from(certificate), key: Buffer.from(key) },
    };
    const source = { current, onChange: () => ({ [Symbol.dispose]: () => undefined }) };
    const secure = createFake({ tls: { source, clientCertificate: 'required', onRejected: () => undefined } });
    const secureAddress = `localhost:${await secure.listen('127.0.0.1', 0)}`;
    for (const [name, text] of [
      ['ca.crt', authority.ca],
      ['tls.crt', certificate],
      ['tls.key', key],
    ] as const)
      await writeFile(folder.file(name), text);
    const identity = ['--cert', folder.file('tls.crt'), '--key', folder.file('tls.key')];
    const args = ['--address', secureAddress, '--target', 'digits', '--duration', '200ms'];
    assert.equal((await run([...args, '--ca', folder.file('ca.crt'), ...identity])).code, 0);
    assert.match((await run([...args, '--tls'])).stderr, /^loadgen: localhost:\d+ is not reachable: /);
    assert.match(
      (await run(args)).stderr,
      /^loadgen: localhost:\d+ is not reachable: the server closed the connection/,
    );
    secure.close();
  });

  it('shows its flags in groups, with examples', async () => {
    const { code, stdout } = await run(['--help']);
    assert.equal(code, 0);
    assert.match(stdout, /^Usage: npm run loadgen -- \[options\]/);
    for (const heading of ['Server:', 'Queries:', 'Load:', 'Report:', 'Examples:'])
      assert.ok(stdout.includes(`\n${heading}\n`));
    assert.match(stdout, /\n {2}npm run loadgen -- --target digits /);
    const wide = stdout.split('\n').filter((line) => line.length > 110);
    assert.deepEqual(wide, []);
  });

  const invalid: readonly (readonly [args: readonly string[], message: RegExp])[] = [
    [[], /^loadgen: --target is missing; pass a task/],
    [['--targt', 'x'], /^loadgen: unknown option '--targt': did you mean --target\?$/],
    [['--rate', '0'], /^loadgen: option '--rate <n>' argument '0' is invalid: expected a number above 0$/],
    [['--mix', '60:0'], /"60:0" is not a latency in ms with an optional weight, both above 0/],
    [['--mix', '60:1', '--latency-ms', '60', '--target', 'x'], /^loadgen: --mix cannot be used with --latency-ms/],
    [['--in-flight', '2', '--rate', '5', '--target', 'x'], /^loadgen: --rate cannot be used with --in-flight/],
    [['--arrivals', 'step'], /invalid: expected constant, poisson, gamma, diurnal or trace$/],
    [['--header', 'token'], /invalid: expected 'name: value', such as 'authorization: Bearer TOKEN'$/],
    [['--scenario', 'missing.yaml'], /^loadgen: the scenario missing\.yaml cannot be read: ENOENT/],
    [['--target', 'x', '--json', 'missing/run.json'], /^loadgen: --json: missing\/run\.json cannot be written: ENOENT/],
    [['--target', 'x', '--ca', 'missing.crt'], /^loadgen: missing\.crt cannot be read: ENOENT/],
    [['--target', 'x', 'y'], /^loadgen: too many arguments/],
  ];
  for (const [args, message] of invalid)
    it(`rejects ${args.join(' ') || 'no arguments'}`, async () => {
      const { code, stdout, stderr } = await run(args);
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr.trimEnd(), message);
    });

  it('explains that a target is unknown, in one line', async () => {
    const { code, stderr } = await send('--target', 'nothing');
    assert.deepEqual(
      [code, stderr],
      [1, `loadgen: ${address} does not have the target nothing: there is no 'nothing'\n`],
    );
  });

  it('explains that the server is not one of the protocol, or not reachable', async () => {
    const other = createServer();
    const otherAddress = `127.0.0.1:${await other.listen('127.0.0.1', 0)}`;
    const args = ['--address', otherAddress, '--target', 'digits'];
    assert.match((await run(args)).stderr, /^loadgen: .* is not a server of the Open Inference Protocol: .*\n$/);
    other.close();
    assert.match((await run(args)).stderr, /^loadgen: .* is not reachable: .*ECONNREFUSED.*; check --address\n$/);
  });
});
