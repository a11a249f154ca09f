import assert from 'node:assert/strict';
import { checkBind, defineConfig, loadConfig, printableConfig, type ConfigDefinition } from '../../src/index.js';

const definition = defineConfig({
  name: 'pareto-router',
  summary: 'answers queries',
  example: 'pareto-router --controllers 127.0.0.1:8100',
  defaults: { port: 8001, metricsPort: 8002 },
  flags: {
    controllers: { kind: 'list', minItems: 1, required: true, help: 'controllers to follow' },
    peers: { kind: 'list', format: 'address', minItems: 1, help: 'other routers' },
    retryShare: { kind: 'number', min: 0, max: 1, default: 0.2, help: 'retries per query' },
    httpPort: { kind: 'integer', min: -1, words: { off: -1 }, default: 8000, help: 'port for HTTP' },
    password: { kind: 'text', secret: true, help: 'password of the store' },
  },
});

type ConfigOf<D> = D extends ConfigDefinition<infer C> ? C : never;

const needed = ['--controllers', 'a:1, b:2', '--cluster-token-file', 'token'];

function load(argv: readonly string[], env: Record<string, string> = {}, file?: string): ConfigOf<typeof definition> {
  const readFile = (): string => {
    if (file === undefined) throw new Error('ENOENT');
    return file;
  };
  const loaded = loadConfig(definition, { argv, env, readFile });
  assert.equal(loaded.kind, 'config');
  return loaded.config;
}

describe('configuration', () => {
  it('prefers flags over environment over file over default', () => {
    const file = JSON.stringify({ 'retry-share': 0.1, port: 7, 'metrics-port': 8 });
    const config = load(
      [...needed, '--config', 'c.json', '--port=9', '--insecure'],
      { PARETO_METRICS_PORT: '0', PARETO_PORT: '1' },
      file,
    );
    assert.deepEqual(
      [config.port, config.metricsPort, config.retryShare, config.host, config.insecure, config.controllers],
      [9, 0, 0.1, '127.0.0.1', true, ['a:1', 'b:2']],
    );
  });

  it('rejects a misspelled variable', () => {
    assert.throws(
      () => load(needed, { PARETO_METRIC_PORT: '0' }),
      /variable PARETO_METRIC_PORT: did you mean PARETO_METRICS_PORT\?/,
    );
  });

  it('accepts a word in place of a number', () => {
    assert.deepEqual([load(needed).httpPort, load([...needed, '--http-port', 'off']).httpPort], [8000, -1]);
  });

  it('is deeply frozen', () => {
    const config = load(needed);
    assert.ok(Object.isFrozen(config) && Object.isFrozen(config.controllers));
  });

  it('blanks secrets when printed', () => {
    const traces = ['--trace-endpoint', 'https://me:hunter2@traces.example:4318/x'];
    const printed = printableConfig(definition, load([...needed, '--password', 'hunter2', ...traces]));
    assert.equal(printed['password'], '***');
    assert.equal(printed['trace-endpoint'], 'https://***@traces.example:4318/x');
    assert.equal(printed['retry-share'], 0.2);
  });

  it('generates --help from the flags, with an example', () => {
    const loaded = loadConfig(definition, { argv: ['--help'], env: {}, readFile: String });
    assert.equal(loaded.kind, 'help');
    assert.match(loaded.text, /pareto-router --controllers 127.0.0.1:8100/);
    assert.match(loaded.text, /--metrics-port N +port of \/metrics, \/livez and \/readyz.* \(8002\)/);
    assert.match(loaded.text, /--log-format json\|pretty/);
    assert.match(loaded.text, /--http-port N\|off +port for HTTP \(8000\)/);
    assert.match(loaded.text, /--controllers A,B +controllers to follow \(required, or PARETO_CONTROLLERS\)/);
  });

  const rejected: readonly [string, readonly string[], RegExp, string?][] = [
    [
      'an unknown flag',
      [...needed, '--metric-port', '1'],
      /^unknown flag --metric-port: did you mean --metrics-port\?$/,
    ],
    ['a far-fetched flag', [...needed, '--zzzzzzzz'], /^unknown flag --zzzzzzzz: see --help$/],
    ['a stray argument', [...needed, 'go'], /unexpected argument "go": flags are written --name value/],
    ['a flag without its value', [...needed, '--port'], /^--port needs a value$/],
    ['a word for a number', [...needed, '--port', 'high'], /^--port: expected number, received string$/],
    ['a port out of range', [...needed, '--port', '70000'], /^--port: .*65535/],
    ['a missing required flag', [], /^--controllers is required: controllers to follow$/],
    ['an address without a port', [...needed, '--peers', 'a:1,b'], /^--peers\.1: expected host:port, e\.g\. /],
    ['an unknown choice', [...needed, '--log-level', 'loud'], /^--log-level: .*"debug"/],
    ['a share of traces above 1', [...needed, '--trace-sample', '10'], /^--trace-sample: .*1$/],
    [
      'a share of traces that is not a number',
      [...needed, '--trace-sample', '10%'],
      /^--trace-sample: expected number/,
    ],
    ['a missing file', [...needed, '--config', 'none.json'], /^--config: cannot read none.json/],
    ['a file that is not JSON', [...needed, '--config', 'c.json'], /^c.json is not valid JSON/, '{'],
    [
      'a file with an unknown key',
      [...needed, '--config', 'c.json'],
      /^unknown flag c.json: prot: did you mean port\?$/,
      '{"prot":1}',
    ],
  ];
  for (const [what, argv, message, file] of rejected) {
    it(`rejects ${what} in one line`, () => {
      assert.throws(
        () => load(argv, {}, file),
        (error: Error) =>
          message.test(error.message) && !error.message.includes('\n') ? true : assert.fail(error.message),
      );
    });
  }
});

describe('the URL of a service', () => {
  const rejected = [
    'nowhere',
    'localhost:4318',
    'ftp://x',
    'file:///etc/passwd',
    'http://x?key=hunter2',
    'http://x#y',
    '',
  ];
  for (const url of rejected)
    it(`is not ${JSON.stringify(url)}`, () =>
      assert.throws(() => load([...needed, '--trace-endpoint', url]), {
        message: '--trace-endpoint: expected http://host:port or https://host:port, without a query',
      }));
});

describe('checkBind', () => {
  for (const host of ['127.0.0.1', '127.9.9.9', 'localhost', '::1'])
    it(`accepts ${host}`, () => assert.equal(checkBind({ host, insecure: false }), false));
  for (const host of ['0.0.0.0', '::', '10.0.0.1', 'example.org', '127.evil.example']) {
    it(`rejects ${host} without --insecure or --certs`, () => {
      assert.throws(() => checkBind({ host, insecure: false }), /--certs FOLDER.*pass --insecure/);
      assert.equal(checkBind({ host, insecure: true }), true, 'exposed');
      assert.equal(checkBind({ host, insecure: false, certs: 'folder' }), false);
    });
  }
});
