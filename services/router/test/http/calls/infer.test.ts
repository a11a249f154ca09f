import assert from 'node:assert/strict';
import { deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib';
import { cleanUp, startFixture, tiny, type Fixture } from '../../support/fixture.js';
import { callHttp, type HttpCallOptions, type HttpReply } from '../../support/call-http.js';
import { answersWithInputs } from '../../support/identity.js';

const x = (data: unknown, more: object = {}): object => ({ name: 'x', shape: [1, 4], datatype: 'FP32', data, ...more });
const binary = (size: number, more: object = {}): object => ({
  ...{ name: 'x', shape: [1, 4], datatype: 'FP32', parameters: { binary_data_size: size } },
  ...more,
});

/** Returns a body of JSON followed by binary data. */
function mixed(json: object, ...data: readonly Buffer[]): Pick<HttpCallOptions, 'body' | 'headers'> {
  const head = Buffer.from(JSON.stringify(json));
  return {
    body: Buffer.concat([head, ...data]),
    headers: { 'Inference-Header-Content-Length': String(head.length) },
  };
}

const floats = (...values: readonly number[]): Buffer => Buffer.from(Float32Array.from(values).buffer);

interface OutputJson {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly data?: readonly unknown[];
  readonly parameters?: { readonly binary_data_size: number };
}

const outputsOf = (answer: HttpReply): readonly OutputJson[] => {
  assert.equal(answer.status, 200, answer.text);
  return answer.json()['outputs'] as readonly OutputJson[];
};

describe('HTTP infer', () => {
  let fixture: Fixture;
  let infer: (options: HttpCallOptions, path?: string) => Promise<HttpReply>;
  before(async () => {
    fixture = await startFixture({ variants: [{ ...tiny, maxBatchSize: 64 }], workers: [['tiny']] });
    answersWithInputs(fixture.workers[0]);
    infer = (options, path = 'digits/infer') => callHttp(`${fixture.router.url}/v2/models/${path}`, options);
  });
  after(cleanUp);

  it('answers JSON with JSON, with the selected variant', async () => {
    const answer = await infer({ body: { id: 'h1', inputs: [x([1, 2.5, -3, 4])] } });
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.headers['content-type'], 'application/json');
    assert.deepEqual(answer.json(), {
      model_name: 'digits',
      model_version: '',
      id: 'h1',
      parameters: { pareto_variant: 'tiny:original', pareto_cost: 0.001 },
      outputs: [{ name: 'y', datatype: 'FP32', shape: [1, 4], data: [1, 2.5, -3, 4] }],
    });
    assert.equal(answer.headers['pareto-variant'], 'tiny:original');
    assert.match(String(answer.headers['pareto-decision-id']), /^router-/);
    assert.ok(answer.text.includes('[1.0,2.5,-3.0,4.0]'), 'whole floats keep a decimal point');
  });

  const roundTrips: readonly (readonly [string, string, string])[] = [
    ['BOOL', '[true,false,true,true]', '[true,false,true,true]'],
    ['INT8', '[-128,127,0,1]', '[-128,127,0,1]'],
    ['UINT8', '[0,255,1,2]', '[0,255,1,2]'],
    ['INT16', '[-32768,32767,0,1]', '[-32768,32767,0,1]'],
    ['UINT16', '[65535,0,1,2]', '[65535,0,1,2]'],
    ['INT32', '[-2147483648,2147483647,0,1]', '[-2147483648,2147483647,0,1]'],
    ['UINT32', '[4294967295,0,1,2]', '[4294967295,0,1,2]'],
    ['INT64', '[1,2,3,9007199254740993]', '[1,2,3,9007199254740993]'],
    ['INT64', '[-9223372036854775808,9223372036854775807,-1,0]', '[-9223372036854775808,9223372036854775807,-1,0]'],
    ['UINT64', '[18446744073709551615,0,1,2]', '[18446744073709551615,0,1,2]'],
    ['FP32', '[NaN,Infinity,-Infinity,-0]', '[NaN,Infinity,-Infinity,-0.0]'],
    ['FP64', '[0.1,1e300,12345678901234567890,5e-324]', '[0.1,1e+300,12345678901234567000.0,5e-324]'],
    ['BYTES', '["a","","ü","\\u0000NaN \\" 9007199254740993"]', '["a","","ü","\\u0000NaN \\" 9007199254740993"]'],
    ['FP32', '[[1,2],[3,4]]', '[1.0,2.0,3.0,4.0]'],
  ];
  for (const [datatype, data, expected] of roundTrips) {
    it(`preserves ${datatype} ${data}`, async () => {
      const body = `{"inputs":[{"name":"x","shape":[1,4],"datatype":"${datatype}","data":${data}}]}`;
      const answer = await infer({ body });
      assert.equal(answer.status, 200, answer.text);
      assert.ok(answer.text.includes(`"datatype":"${datatype}","shape":[1,4],"data":${expected}`), answer.text);
    });
  }

  it('accepts a byte order mark, and uses the last of two equal keys', async () => {
    const body = `\ufeff{"id":"a","id":"b","inputs":[${JSON.stringify(x([1, 2, 3, 4]))}]}`;
    assert.equal((await infer({ body })).json()['id'], 'b');
  });

  it('accepts and returns zero elements', async () => {
    const [output] = outputsOf(await infer({ body: { inputs: [x([], { shape: [0, 4] })] } }));
    assert.deepEqual(output, { name: 'y', datatype: 'FP32', shape: [0, 4], data: [] });
  });

  it('accepts binary data and returns JSON', async () => {
    const [output] = outputsOf(await infer(mixed({ inputs: [binary(16)] }, floats(1, 2, 3, 4))));
    assert.deepEqual(output?.data, [1, 2, 3, 4]);
  });

  it('returns binary data on request', async () => {
    const data = floats(1, 2, 3, 4);
    const requests = [
      { parameters: { binary_data_output: true } },
      { outputs: [{ name: 'y', parameters: { binary_data: true } }] },
    ];
    for (const options of requests) {
      const answer = await infer(mixed({ inputs: [binary(16)], ...options }, data));
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.headers['content-type'], 'application/octet-stream');
      const length = Number(answer.headers['inference-header-content-length']);
      const json = JSON.parse(answer.body.subarray(0, length).toString()) as { outputs: OutputJson[] };
      assert.deepEqual(json.outputs, [
        { name: 'y', datatype: 'FP32', shape: [1, 4], parameters: { binary_data_size: 16 } },
      ]);
      assert.deepEqual(answer.body.subarray(length), data);
    }
  });

  it('mixes JSON and binary data as requested for each output', async () => {
    const halves = Buffer.from(Uint16Array.from([0x3c00, 0xc000, 0, 1]).buffer);
    const inputs = [binary(8, { datatype: 'FP16' }), x([1, 2, 3, 4], { name: 'j' }), binary(16, { name: 'b' })];
    const outputs = [{ name: 'y', parameters: { binary_data: true } }, { name: 'j' }];
    const parameters = { binary_data_output: true };
    const answer = await infer(mixed({ inputs, outputs, parameters }, halves, floats(5, 6, 7, 8)));
    assert.equal(answer.status, 200, answer.text);
    const length = Number(answer.headers['inference-header-content-length']);
    const json = JSON.parse(answer.body.subarray(0, length).toString()) as { outputs: OutputJson[] };
    assert.deepEqual(
      json.outputs.map(({ name, parameters: { binary_data_size: size } = { binary_data_size: -1 } }) => [name, size]),
      [
        ['y', 8],
        ['j', 16],
        ['b', 16],
      ],
    );
    assert.deepEqual(answer.body.subarray(length), Buffer.concat([halves, floats(1, 2, 3, 4), floats(5, 6, 7, 8)]));
  });

  it('accepts a body that is a single tensor without JSON', async () => {
    const answer = await infer({ body: floats(1, 2), headers: { 'Inference-Header-Content-Length': '0' } });
    assert.equal(answer.status, 200, answer.text);
    const length = Number(answer.headers['inference-header-content-length']);
    assert.deepEqual(answer.body.subarray(length), floats(1, 2));
  });

  it('accepts 20 MB of binary data, and 4 MB as JSON', async () => {
    const shape = [4, 1_310_720];
    const data = Buffer.alloc(20 * 2 ** 20, 1);
    const relaxed = { 'x-pareto-latency-ms': '60000' };
    const large = mixed({ inputs: [binary(data.length, { shape })], parameters: { binary_data_output: true } }, data);
    const answer = await infer({ ...large, headers: { ...large.headers, ...relaxed } });
    assert.equal(answer.status, 200, answer.text.slice(0, 300));
    const length = Number(answer.headers['inference-header-content-length']);
    assert.ok(answer.body.subarray(length).equals(data));
    const ints = `[${'7,'.repeat(2 ** 20 - 1)}7]`;
    const body = `{"inputs":[{"name":"x","shape":[4,262144],"datatype":"INT32","data":${ints}}]}`;
    assert.ok((await infer({ body, headers: relaxed })).text.includes(ints));
  });

  it('inflates requests and compresses replies', async () => {
    const body = Buffer.from(JSON.stringify({ inputs: [x(new Array(400).fill(1.5), { shape: [1, 400] })] }));
    const encodings = [
      ['gzip', gzipSync(body), gunzipSync],
      ['deflate', deflateSync(body), inflateSync],
    ] as const;
    for (const [encoding, packed, unpack] of encodings) {
      const headers = { 'content-encoding': encoding, 'accept-encoding': `br, ${encoding}` };
      const answer = await infer({ body: packed, headers });
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.headers['content-encoding'], encoding);
      const json = JSON.parse(unpack(answer.body).toString()) as { outputs: OutputJson[] };
      assert.equal(json.outputs[0]?.data?.length, 400);
    }
  });

  const rejections: readonly (readonly [string, HttpCallOptions, number, RegExp])[] = [
    ['broken JSON', { body: '{"inputs": [' }, 400, /the body is not JSON/],
    ['an empty body', { body: '', headers: { 'content-length': '0' } }, 400, /the body is empty: expected JSON/],
    ['JSON that is not an object', { body: '[1]' }, 400, /the body is \[1\]: expected an object/],
    ['a body that is not UTF-8', { body: Buffer.from([0x22, 0xff, 0x22]) }, 400, /not UTF-8/],
    [
      'a misspelt parameter',
      { body: { inputs: [x([1, 2, 3, 4])], parameters: { min_acuracy: 0.98 } } },
      400,
      /parameter min_acuracy is unknown: did you mean min_accuracy\?/,
    ],
    [
      'an unknown header of Pareto',
      { body: { inputs: [x([1, 2, 3, 4])] }, headers: { 'X-Pareto-Min-Acuracy': '0.98' } },
      400,
      /metadata x-pareto-min-acuracy is unknown: did you mean x-pareto-min-accuracy\?/,
    ],
    ['no inputs', { body: '{}' }, 400, /inputs is missing: expected an array/],
    ['an input without a name', { body: { inputs: [{}] } }, 400, /inputs\[0\].name is missing/],
    [
      'strings for numbers',
      { body: { inputs: [x(['a', 1, 2, 3])] } },
      400,
      /input 'x': element 0 of its data is "a": expected a number for FP32/,
    ],
    [
      'a number out of range',
      { body: { inputs: [x([1, 300, 2, 3], { datatype: 'UINT8' })] } },
      400,
      /element 1 .* is 300: expected an integer from 0 to 255 for UINT8/,
    ],
    [
      'a fraction for an integer',
      { body: { inputs: [x([1, 2.5, 2, 3], { datatype: 'INT64' })] } },
      400,
      /element 1 .* is 2.5/,
    ],
    [
      'an INT64 past its end',
      { body: '{"inputs":[{"name":"x","shape":[1],"datatype":"INT64","data":[9223372036854775808]}]}' },
      400,
      /is 9223372036854775808: expected an integer from -9223372036854775808/,
    ],
    [
      'a number for BYTES',
      { body: { inputs: [x([1, 2, 3, 4], { datatype: 'BYTES' })] } },
      400,
      /expected a string for BYTES/,
    ],
    ['numbers for BOOL', { body: { inputs: [x([1, 0, 1, 0], { datatype: 'BOOL' })] } }, 400, /expected true or false/],
    [
      'FP16 as JSON',
      { body: { inputs: [x([1, 2, 3, 4], { datatype: 'FP16' })] } },
      400,
      /FP16 cannot be represented in JSON; send it as binary data/,
    ],
    [
      'an unknown datatype',
      { body: { inputs: [x([1], { datatype: 'FLOAT' })] } },
      400,
      /input 'x': its datatype is "FLOAT": expected a datatype/,
    ],
    [
      'data that is too short',
      { body: { inputs: [x([1, 2, 3, 4], { shape: [1, 5] })] } },
      400,
      /its data has 4 elements: expected 5 for shape \[1,5\]/,
    ],
    [
      'a negative dimension',
      { body: { inputs: [x([1], { shape: [-1] })] } },
      400,
      /its shape is \[-1\]: expected an array of sizes/,
    ],
    ['a shape of a quadrillion', { body: { inputs: [x([1], { shape: [1e8, 1e8] })] } }, 400, /has 1 elements/],
    ['neither data nor binary data', { body: { inputs: [x(undefined)] } }, 400, /has neither data nor/],
    ['both data and binary data', { body: { inputs: [binary(16, { data: [1] })] } }, 400, /has both data and/],
    [
      'too little binary data',
      mixed({ inputs: [binary(16)] }, floats(1)),
      400,
      /binary_data_size is 16, but only 4 bytes/,
    ],
    [
      'too much binary data',
      mixed({ inputs: [binary(16)] }, floats(1, 2, 3, 4, 5)),
      400,
      /4 bytes of binary data remain/,
    ],
    [
      'a header length past the end',
      { body: '{}', headers: { 'Inference-Header-Content-Length': '99' } },
      400,
      /Inference-Header-Content-Length is "99": .* has 2 bytes/,
    ],
    ['a negative header length', { body: '{}', headers: { 'Inference-Header-Content-Length': '-1' } }, 400, /is "-1"/],
    [
      'a header length within the JSON',
      { ...mixed({ inputs: [binary(16)] }, floats(1)), headers: { 'Inference-Header-Content-Length': '7' } },
      400,
      /is not JSON/,
    ],
    [
      'shared memory',
      { body: { inputs: [x(undefined, { parameters: { shared_memory_region: 'r' } })] } },
      400,
      /shared memory, which is not supported/,
    ],
    ['reserved parameters', { body: { inputs: [x([1, 2, 3, 4])], parameters: { triton_x: 1 } } }, 400, /reserved/],
    ['a list for a parameter', { body: { inputs: [], parameters: { p: [1] } } }, 400, /parameters.p is \[1\]/],
    ['a bad objective', { body: { inputs: [x([1, 2, 3, 4])], parameters: { latency_ms: 'soon' } } }, 400, /latency_ms/],
    [
      'an unsupported encoding',
      { body: '{}', headers: { 'content-encoding': 'br' } },
      415,
      /"br" is not supported: expected gzip/,
    ],
    [
      'a body that cannot be inflated',
      { body: 'plain', headers: { 'content-encoding': 'gzip' } },
      400,
      /cannot be inflated/,
    ],
    ['deeply nested empty arrays', { body: `${'['.repeat(1e5)}${']'.repeat(1e5)}` }, 400, /the body is \[/],
    ['UTF-16', { body: Buffer.from('{"inputs":[]}', 'utf16le') }, 400, /not JSON/],
    [
      'a dimension that overflows',
      { body: '{"inputs":[{"name":"x","shape":[1e400],"datatype":"FP32","data":[1]}]}' },
      400,
      /its shape is/,
    ],
    [
      'fields set through __proto__',
      { body: '{"__proto__":{"inputs":[]},"parameters":{"__proto__":1}}' },
      400,
      /inputs is missing/,
    ],
    [
      'two header lengths',
      { body: '{}', headers: { 'Inference-Header-Content-Length': ['2', '2'] } },
      400,
      /Inference-Header-Content-Length is "2, 2"/,
    ],
    [
      'deeply nested data',
      {
        body: `{"inputs":[{"name":"x","shape":[1],"datatype":"FP32","data":${'['.repeat(5000)}1${']'.repeat(5000)}}]}`,
      },
      400,
      /nested deeper/,
    ],
  ];
  for (const [name, options, status, text] of rejections) {
    it(`rejects ${name}`, async () => {
      const answer = await infer({ method: 'POST', ...options });
      assert.equal(answer.status, status, answer.text);
      assert.match(String(answer.json()['error']), text);
    });
  }

  it('explains how to request an output that JSON cannot represent', async () => {
    const answer = await infer(mixed({ inputs: [binary(8, { datatype: 'BF16' })] }, floats(1, 2)));
    assert.equal(answer.status, 400);
    assert.match(answer.text, /output 'y' is BF16, which cannot be represented in JSON; request it as binary data/);
  });

  it('returns 404 for an unknown model', async () => {
    const answer = await infer({ body: { inputs: [x([1, 2, 3, 4])] } }, 'nope/infer');
    assert.equal(answer.status, 404);
    assert.match(answer.text, /'nope'/);
  });
});
