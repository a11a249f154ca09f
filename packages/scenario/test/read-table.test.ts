import assert from 'node:assert/strict';
import { count, positive, text } from '../src/formats.js';
import {
  fieldError,
  listOf,
  mapOf,
  needed,
  objectOf,
  optional,
  pathBeside,
  topOf,
  valueOf,
} from '../src/read-table.js';
import { parseYaml } from '../src/yaml-file.js';

interface Worker {
  readonly class: string;
  readonly count?: number;
  readonly file?: string;
}

const worker = objectOf<Worker>(
  {
    class: needed(valueOf(text), 'a class, such as class: cpu'),
    count: optional(valueOf(count, 'count: 4')),
    file: optional(pathBeside),
  },
  'keys such as class',
);
interface Fleet {
  readonly workers: readonly Worker[];
  readonly prices?: ReadonlyMap<string, number>;
}

const fleet = objectOf<Fleet>(
  {
    workers: needed(listOf(worker, 'a list of workers'), 'a list of workers'),
    prices: optional(mapOf(valueOf(positive), 'prices by class')),
  },
  'keys such as workers',
);
const read = (content: string): unknown => fleet(topOf(parseYaml(content, 'load/fleet.yaml')));

describe('a table of keys', () => {
  it('reads objects, lists, maps and paths beside the file', () => {
    const content =
      'workers:\n- { class: cpu, count: 4, file: a.csv }\n- { class: gpu, file: /b.csv }\nprices: { cpu: 0.1 }';
    assert.deepEqual(read(content), {
      workers: [
        { class: 'cpu', count: 4, file: 'load/a.csv' },
        { class: 'gpu', file: '/b.csv' },
      ],
      prices: new Map([['cpu', 0.1]]),
    });
  });

  const invalid: readonly (readonly [content: string, message: string])[] = [
    ['', 'load/fleet.yaml:1: expected keys such as workers'],
    ['- 1', 'load/fleet.yaml:1: expected keys such as workers'],
    ['{}', 'load/fleet.yaml:1: workers is missing; expected a list of workers'],
    ['\nworkers: {}', 'load/fleet.yaml:2: workers: expected a list of workers'],
    ['\nworkers: []', 'load/fleet.yaml:2: workers: expected a list of workers'],
    ['workers:\n- cpu', 'load/fleet.yaml:2: workers[0]: expected keys such as class'],
    ['workers:\n- count: 1', 'load/fleet.yaml:2: workers[0].class is missing; expected a class, such as class: cpu'],
    ['workers:\n- class: a\n  cuont: 1', 'load/fleet.yaml:3: workers[0].cuont is unknown: did you mean count?'],
    ['workers:\n- class: a\n  x: 1', 'load/fleet.yaml:3: workers[0].x is unknown: the keys are class, count, file'],
    [
      'workers:\n- class: a\n  toString: 1',
      'load/fleet.yaml:3: workers[0].toString is unknown: the keys are class, count, file',
    ],
    [
      'workers:\n- class: a\n  __proto__: { count: 1 }',
      'load/fleet.yaml:3: workers[0].__proto__ is unknown: the keys are class, count, file',
    ],
    ...['-4', '.nan', '.inf', '1e309', '1.5', '0', 'null', '[1]'].map(
      (value) =>
        [
          `workers:\n- class: a\n\n  count: ${value}`,
          `load/fleet.yaml:4: workers[0].count: expected a whole number of at least 1, received ${
            { '.nan': 'NaN', '.inf': 'Infinity', '1e309': 'Infinity' }[value] ?? value
          }; for example count: 4`,
        ] as const,
    ),
    ['workers:\n- class: a\nprices:\n  a: x', 'load/fleet.yaml:4: prices.a: expected a number above 0, received "x"'],
  ];
  for (const [content, message] of invalid)
    it(`rejects ${JSON.stringify(content)}`, () =>
      assert.throws(() => read(content), { message, code: 'invalid-argument' }));

  it('cuts long values and keys in errors', () => {
    const long = 'x'.repeat(5_000);
    for (const content of [`workers:\n- class: a\n  count: ${long}`, `workers:\n- class: a\n  ${long}: 1`])
      assert.throws(
        () => read(content),
        ({ message }: Error) => message.length < 600,
      );
  });

  it('makes errors of other checks, without a line if the source has none', () => {
    const { message } = fieldError(topOf({ file: 'a.yaml', value: {} }), 'expected two classes');
    assert.equal(message, 'a.yaml: expected two classes');
  });
});
