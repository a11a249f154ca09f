// Generates requests over HTTP: mostly JSON of the right structure, with values of any type, and sometimes broken.

import fc, { type Arbitrary } from 'fast-check';
import { smallModel } from './target.js';
import { type HttpRequest } from './wire/http-connection.js';

const text = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('x', 'y', 'FP32', 'INT64', 'BYTES', '', 'unknown', 'TIMESTAMPS', 'OFF') },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 20 }) },
  { weight: 1, arbitrary: fc.constantFrom('a'.repeat(5_000), '\0', '\ud800', '%', '../..') },
);
const number = fc.constantFrom(0, 1, 4, -1, 0.5, 1e308, 2 ** 53, -(2 ** 63));
const anything: Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: text },
  { weight: 3, arbitrary: number },
  fc.constantFrom(null, true, false, [], {}, [[[]]], { a: { b: [] } }),
);

/** Generates a value of the arbitrary, or sometimes of another type. */
const mostly = (arbitrary: Arbitrary<unknown>): Arbitrary<unknown> =>
  fc.oneof({ weight: 8, arbitrary }, { weight: 1, arbitrary: anything });

const names = ['latency_ms', 'min_accuracy', 'binary_data', 'binary_data_size', 'binary_data_output', 'classification'];
const parameters = fc.dictionary(fc.oneof(fc.constantFrom(...names, 'triton_x', '__proto__'), text), anything, {
  maxKeys: 3,
});

const record = (model: Record<string, Arbitrary<unknown>>): Arbitrary<unknown> =>
  mostly(
    fc.record(Object.fromEntries(Object.entries(model).map(([key, each]) => [key, mostly(each)])), {
      requiredKeys: [],
    }),
  );

const data = fc.oneof(
  fc.constantFrom(
    [1, 2, 3, 4],
    [[1, 2, 3, 4]],
    [
      [1, 2],
      [3, 4],
    ],
    ['a'],
    [1, [2]],
    [null],
    [1e39, -1e39, 0, 0],
  ),
  fc.array(anything, { maxLength: 6 }),
);
const shape = fc.oneof(
  { weight: 3, arbitrary: fc.constant([1, 4]) },
  fc.array(number, { maxLength: 5 }),
  fc.constant(Array(40).fill(1)),
);
const inputs = fc.array(record({ name: text, datatype: text, shape, data, parameters }), { maxLength: 3 });
const outputs = fc.array(record({ name: text, parameters }), { maxLength: 3 });
const body = record({
  id: text,
  inputs,
  outputs,
  parameters,
  name: text,
  model_name: text,
  key: text,
  byte_size: number,
});

const broken: Arbitrary<(json: string) => string> = fc.oneof(
  { weight: 8, arbitrary: fc.constant((json: string) => json) },
  { weight: 1, arbitrary: fc.nat(100).map((at) => (json: string) => json.slice(0, at)) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.nat(100), fc.constantFrom('"', '{', '[', '\\', '\\u12', '1e', '-', 'é', '\0', ']')).map(
      ([at, piece]) =>
        (json: string) =>
          json.slice(0, at) + piece + json.slice(at),
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('', '[]', 'null', '"', '[['.repeat(3_000), '{"a":'.repeat(3_000), '1'.repeat(400))
      .map((json) => () => json),
  },
);

/** Paths of queries name a model that is served, others do not, since they could unload it. */
const model = `/v2/models/${smallModel}`;
const paths = [
  ...[
    `${model}/infer`,
    `${model}/infer`,
    `${model}/infer`,
    `${model}/versions/1/infer`,
    model,
    `${model}/config`,
    `${model}/ready`,
  ],
  ...[
    '/v2',
    '/v2/health/live',
    '/v2/models/stats',
    '/v2/models/unknown/infer',
    '/v2/models/%ff/infer',
    '/v2/models/%00/ready',
  ],
  ...[
    '/v2/trace/setting',
    '/v2/models/unknown/trace/setting',
    '/v2/logging',
    '/v2/repository/index',
    '/v2/repository/x/index',
  ],
  ...['/v2/repository/models/unknown/load', '/v2/repository/models/unknown/unload', '/v2/systemsharedmemory/status'],
  ...[
    '/v2/systemsharedmemory/region/x/register',
    '/v2/cudasharedmemory/region/x/register',
    '/',
    '/unknown',
    '//v2',
    '/v2?x=%',
  ],
];

const header = fc.oneof(
  { weight: 6, arbitrary: fc.constant({}) },
  fc.constantFrom<Record<string, string>>(
    ...[{ 'content-type': 'text/plain' }, { 'content-encoding': 'gzip' }, { 'content-encoding': 'x' }, { accept: 'x' }],
    ...[
      { 'inference-header-content-length': '10' },
      { 'inference-header-content-length': '-1' },
      { origin: 'http://x' },
    ],
    ...[
      { 'inference-header-content-length': '1e9' },
      { 'x-pareto-latency-ms': 'soon' },
      { 'accept-encoding': 'gzip, x' },
    ],
  ),
);

export const httpRequest: Arbitrary<HttpRequest> = fc
  .record({
    method: fc.oneof(
      { weight: 8, arbitrary: fc.constant('POST') },
      fc.constantFrom('GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'),
    ),
    path: fc.constantFrom(...paths),
    headers: header,
    body,
    change: broken,
  })
  .map(({ change, body: value, ...rest }) => ({ ...rest, body: Buffer.from(change(JSON.stringify(value))) }));
