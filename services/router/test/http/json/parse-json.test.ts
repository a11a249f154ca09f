import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ParetoError, type DataType } from '@pareto/core';
import type { JsonCursor } from '../../../src/http/json/cursor.js';
import { dataFromJson } from '../../../src/http/json/data-from-json.js';
import { parseJson } from '../../../src/http/json/parse-json.js';
import { skipValue } from '../../../src/http/json/skip.js';

/** The definition of the accepted language: JSON with NaN and infinities. */
const special = /"(?:[^"\\]|\\.)*"|\bNaN\b|-?\bInfinity\b/g;
const mark = 'special ';
function referenceOf(text: string): unknown {
  const quoted = text.replace(special, (found) => (found.startsWith('"') ? found : `"${mark}${found}"`));
  return JSON.parse(quoted, (_key, value: unknown) =>
    typeof value === 'string' && value.startsWith(mark) ? Number(value.slice(mark.length)) : value,
  );
}

/** Characters that change the meaning of a text. */
const damagesOf = Array.from('"\\,:[]{}-+.0e1NI\n\u0000');

const parse = (text: string): unknown => parseJson(Buffer.from(text), { what: 'the body' });

/** Returns the value, or undefined if the text is rejected. */
function valueOf(read: (text: string) => unknown, text: string): unknown {
  try {
    return read(text);
  } catch (error) {
    assert.ok(error instanceof ParetoError || error instanceof SyntaxError, String(error));
    return undefined;
  }
}

/** Compares with the prototypes of plain objects. */
const plain = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]));
};

const texts = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom('a"b', '\\', '\n', 'NaN', '-Infinity', '\u0000NaN'),
);
const numbers = fc.oneof(
  fc.double().map((value) => String(value)),
  fc.bigInt().map(String),
  fc.constantFrom('0', '-0', '1e5', '1E-7', '0.1e+2', '12345678901234567890', '1e400', '0.30000000000000004', '5e-324'),
);
const spaces = fc.constantFrom('', '', ' ', '\n\t\r ');
/** JSON texts with all ways to write each value. */
const { object: objects } = fc.letrec<{ value: string; object: string }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(
      numbers,
      texts.map((text) => JSON.stringify(text)),
      fc.constantFrom('true', 'false', 'null', '"\\u00e9\\/"'),
    ),
    fc
      .tuple(spaces, fc.array(tie('value'), { maxLength: 4 }))
      .map(([space, all]) => `[${space}${all.join(`,${space}`)}]`),
    tie('object'),
  ),
  object: fc
    .tuple(spaces, fc.array(fc.tuple(fc.oneof(texts, fc.constant('data')), tie('value')), { maxLength: 4 }))
    .map(
      ([space, all]) => `{${all.map(([key, value]) => `${JSON.stringify(key)}${space}:${value}`).join(',')}${space}}`,
    ),
}));

describe('parseJson', () => {
  it('returns the same as JSON.parse, with NaN and infinities', () => {
    fc.assert(
      fc.property(objects, spaces, (text, space) => {
        const whole = space + text + space;
        assert.deepEqual(plain(parse(whole)), plain(referenceOf(whole)));
      }),
      { numRuns: 2000 },
    );
  });

  it('accepts and rejects the same texts as JSON.parse', () => {
    const damages = fc.tuple(fc.nat(), fc.nat(3), fc.constantFrom('', ...damagesOf, 'null', '\\u12'));
    fc.assert(
      fc.property(objects, damages, (text, [position, removed, added]) => {
        const at = position % text.length;
        const damaged = text.slice(0, at) + added + text.slice(at + removed);
        const isObject = damaged.trimStart().startsWith('{');
        const expected = isObject ? valueOf(referenceOf, damaged) : undefined;
        // JSON.parse replaces half of a surrogate pair, but UTF-8 cannot contain it.
        fc.pre(Buffer.from(damaged).toString() === damaged);
        assert.deepEqual(plain(valueOf(parse, damaged)), plain(expected), damaged);
      }),
      { numRuns: 5000 },
    );
  });

  it('rejects what exceeds a limit, with what to do', () => {
    const cases = [
      [`{"a":${'['.repeat(100)}${']'.repeat(100)}}`, /nested deeper than 64 levels at byte 68: flatten it/],
      [`{"a":[${'0,'.repeat(1024)}0]}`, /more than 1024 elements in one list at byte \d+: send fewer/],
      [`{${'"a":0,'.repeat(1024)}"a":0}`, /more than 1024 elements in one list/],
      [`{"a":[${new Array(1000).fill(`[${'0,'.repeat(99)}0]`).join(',')}]}`, /more than 65536 values at byte/],
      ['['.repeat(1e6), /the body is \[+…: expected an object$/],
      ['', /the body is empty: expected an object/],
      ['{"a":"b', /the body is not JSON: expected the rest of a string at byte 7, not the end/],
      [`{"a" "${'b'.repeat(1e6)}"}`, /expected ':' at byte 5, not "\\"b{19}"$/],
    ] as const;
    for (const [text, message] of cases) assert.throws(() => parse(text), message);
  });

  it('leaves the arrays of one key unread, of any size', () => {
    const data = `[${'1.5,'.repeat(1e5)}2]`;
    const text = `{"inputs":[{"data":${data},"x":[1]}]}`;
    const { inputs } = parseJson(Buffer.from(text), { what: 'the body', unread: 'data' });
    const [input] = inputs as readonly { readonly data: unknown; readonly x: unknown }[];
    assert.deepEqual(input?.x, [1]);
    const tensor = { name: 'x', datatype: 'FP32', shape: [100_001] } as const;
    const raw = dataFromJson(tensor, input.data, 1e6);
    assert.deepEqual([raw.readFloatLE(0), raw.readFloatLE(raw.length - 4)], [1.5, 2]);
    assert.throws(() => dataFromJson(tensor, input.data, 400_000), /tensors take more than 400000 bytes/);
  });

  const dataOf = (datatype: DataType, count: number, data: string): Buffer => {
    const fields = parseJson(Buffer.from(`{"data":${data}}`), { what: 'the body', unread: 'data' });
    return dataFromJson({ name: 'x', datatype, shape: [count] }, fields['data'], 1e6);
  };

  it('reads 64-bit integers exactly', () => {
    fc.assert(
      fc.property(fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })), (values) => {
        const raw = dataOf('INT64', values.length, `[${values.join(',')}]`);
        assert.deepEqual(
          values.map((_, i) => raw.readBigInt64LE(i * 8)),
          values,
        );
      }),
    );
    assert.deepEqual(dataOf('UINT64', 3, '[18446744073709551615,1e18,2.0]').readBigUInt64LE(8), 10n ** 18n);
    for (const data of ['[9223372036854775808]', '[1e300]', `[${'9'.repeat(1e5)}]`, '[NaN]', '["1"]']) {
      assert.throws(
        () => dataOf('INT64', 1, data),
        /element 0 of its data is .* expected an integer from -9223372036854775808/,
      );
    }
  });

  it('reads the nearest double', () => {
    const decimals = fc.tuple(
      fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }),
      fc.nat(18),
      fc.integer({ min: -30, max: 30 }),
    );
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
            decimals.map(([digits, point, exponent]) => {
              const text = String(digits < 0n ? -digits : digits).padStart(point + 1, '0');
              const decimal = point === 0 ? text : `${text.slice(0, -point)}.${text.slice(-point)}`;
              return `${digits < 0n ? '-' : ''}${decimal.replace(/^0+(?=\d)/, '')}${exponent === 0 ? '' : `e${exponent}`}`;
            }),
          ),
        ),
        (values) => {
          const raw = dataOf('FP64', values.length, `[${values.join(',')}]`);
          assert.deepEqual(
            values.map((_, i) => raw.readDoubleLE(i * 8)),
            values.map(Number),
          );
        },
      ),
      { numRuns: 500 },
    );
  });

  it('reads the text of BYTES', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (values) => {
        const raw = dataOf('BYTES', values.length, JSON.stringify(values));
        const parts = values.flatMap((value) => [
          Buffer.from(Uint32Array.of(Buffer.byteLength(value)).buffer),
          Buffer.from(value),
        ]);
        assert.deepEqual(raw, Buffer.concat(parts));
      }),
    );
  });

  const hostile: Readonly<Record<string, (n: number) => string>> = {
    'unclosed strings': (n) => `["${'\\"'.repeat(n)}`,
    'strings that end and begin': (n) => `[${'"'.repeat(n)}`,
    escapes: (n) => `["${'\\'.repeat(n)}"`,
    digits: (n) => `[${'1'.repeat(n)}]`,
    'minus signs': (n) => `[${'-'.repeat(n)}]`,
    'empty objects': (n) => `[${'{},'.repeat(n)}{}]`,
    objects: (n) => `[${'{"a":[1]},'.repeat(n)}{}]`,
    spaces: (n) => `[${' '.repeat(n)}]`,
    words: (n) => `[${'NaN,'.repeat(n)}0]`,
  };
  for (const [name, textOf] of Object.entries(hostile)) {
    it(`reads every byte a bounded number of times: ${name}`, () => {
      const text = Buffer.from(textOf(20_000));
      let reads = 0;
      const bytes = new Proxy(text, {
        get(target, key) {
          const value: unknown = Reflect.get(target, key);
          if (typeof key === 'string' && /^\d+$/.test(key)) reads++;
          return typeof value === 'function' ? (value.bind(target) as unknown) : value;
        },
      });
      const cursor: JsonCursor = { bytes, what: 'the text', at: 0 };
      valueOf(() => skipValue(cursor), '');
      assert.ok(reads <= 8 * text.length, `${reads} reads of ${text.length} bytes`);
    });
  }
});
