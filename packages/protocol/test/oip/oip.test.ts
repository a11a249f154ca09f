import assert from 'node:assert/strict';
import fc from 'fast-check';
import { elementBytes, ParetoError, type DataType } from '@pareto/core';
import {
  decodeInferResponse,
  decodeTypedContents,
  encodeInferRequest,
  encodeCommonParameters,
  encodeInferResponse,
  encodeStreamAnswer,
  encodeStreamError,
  formatLoad,
  hasTypedContents,
  joinSlices,
  parseLoad,
  payloadOf,
  scanInferRequest,
  sliceRange,
  type InferRequestMessage,
  type InferResponseMessage,
  type ScannedRequest,
} from '../../src/index.js';
import { serviceDefinition } from '../../src/messages/protos.js';

const infer = serviceDefinition('inference.GRPCInferenceService')['ModelInfer'];
assert.ok(infer !== undefined);
const encode = (message: object): Buffer => infer.requestSerialize(message);
const decodeReply = (body: Buffer): Record<string, unknown> =>
  infer.responseDeserialize(body) as Record<string, unknown>;

const scan = (body: Buffer): ScannedRequest => scanInferRequest(payloadOf(body));
const comparable = ({ head: _, raw, ...fields }: ScannedRequest) => ({ ...fields, raw: raw.map(joinSlices) });
const encodeResponse = (message: InferResponseMessage, typed: boolean): Buffer =>
  joinSlices(encodeInferResponse(message, typed).slices);

const datatypes = Object.keys(elementBytes) as DataType[];
const tensor = fc
  .record({
    name: fc.string({ minLength: 1, maxLength: 8 }),
    datatype: fc.constantFrom(...datatypes.filter((d) => d !== 'BYTES')),
    elements: fc.nat(20),
  })
  .chain(({ name, datatype, elements }) =>
    fc
      .uint8Array({ minLength: elements * elementBytes[datatype], maxLength: elements * elementBytes[datatype] })
      .map((bytes) => ({
        name,
        datatype,
        shape: [elements],
        raw: Buffer.from(datatype === 'BOOL' ? bytes.map((b) => b & 1) : bytes),
      })),
  );

describe('the messages of ModelInfer', () => {
  it('scans a request that protobufjs encoded', () => {
    const scanned = scan(
      encode({
        modelName: 'digits',
        modelVersion: '3',
        id: 'q1',
        parameters: {
          latency_ms: { doubleParam: 12.5 },
          class: { stringParam: 'online' },
          priority: { uint64Param: 7 },
          timeout: { int64Param: -5 },
          flag: { boolParam: true },
        },
        inputs: [
          { name: 'image', datatype: 'FP32', shape: [1, 2] },
          { name: 'typed', datatype: 'INT64', shape: [2], contents: { int64Contents: [1, -2] } },
        ],
        outputs: [{ name: 'logits', parameters: { classification: { int64Param: 3 } } }],
        rawInputContents: [Buffer.from([1, 2, 3])],
      }),
    );
    assert.deepEqual(
      [scanned.modelName, scanned.modelVersion, scanned.id, scanned.outputs.map(({ name }) => name)],
      ['digits', '3', 'q1', ['logits']],
    );
    assert.deepEqual([...(scanned.outputs[0]?.parameters ?? [])], [['classification', 3]]);
    assert.equal(scanned.outputs[0]?.kinds.get('classification'), 'int64');
    assert.deepEqual(Object.fromEntries(scanned.kinds), {
      latency_ms: 'double',
      class: 'string',
      priority: 'uint64',
      timeout: 'int64',
      flag: 'bool',
    });
    assert.deepEqual(Object.fromEntries(scanned.parameters), {
      latency_ms: 12.5,
      class: 'online',
      priority: 7,
      timeout: -5,
      flag: true,
    });
    assert.deepEqual(
      scanned.inputs.map(({ name, datatype, shape }) => ({ name, datatype, shape })),
      [
        { name: 'image', datatype: 'FP32', shape: [1, 2] },
        { name: 'typed', datatype: 'INT64', shape: [2] },
      ],
    );
    assert.deepEqual(scanned.raw, [[Buffer.from([1, 2, 3])]]);
    const typed = scanned.inputs[1]?.contents;
    assert.ok(typed !== undefined);
    const raw = decodeTypedContents('typed', 'INT64', typed, 2);
    assert.deepEqual([raw.readBigInt64LE(0), raw.readBigInt64LE(8)], [1n, -2n]);
  });

  it('scans fields in any order', () => {
    const head = encode({ inputs: [{ name: 'a', datatype: 'FP32', shape: [1] }] });
    const tail = encode({ modelName: 'late' });
    assert.equal(scan(Buffer.concat([head, tail])).modelName, 'late');
  });

  it('scans a request in slices as in one piece, with views of them', () => {
    const request = fc.record({ inputs: fc.array(tensor, { maxLength: 3 }), id: fc.string({ maxLength: 5 }) });
    fc.assert(
      fc.property(request, fc.array(fc.nat(300)), fc.boolean(), ({ inputs, id }, cuts, hasTail) => {
        const message = encodeInferRequest({ modelName: 'm', id, parameters: [['latency_ms', 5]], inputs });
        const body = Buffer.concat([message, hasTail ? encode({ id: 'last' }) : Buffer.alloc(0)]);
        const ends = [0, ...cuts.filter((cut) => cut < body.length).toSorted((a, b) => a - b), body.length];
        const slices = ends.flatMap((end, index) => sliceRange([body], ends[index - 1] ?? 0, end));
        const whole = scan(body);
        const scanned = scanInferRequest(payloadOf(slices));
        assert.deepEqual(comparable(scanned), comparable(whole));
      }),
    );
    const raw = Buffer.alloc(100, 1);
    const input = { name: 'x', datatype: 'UINT8', shape: [100], raw } as const;
    const body = encodeInferRequest({ modelName: 'm', inputs: [input, input] });
    const slices = [body.subarray(0, 60), body.subarray(60, 150), body.subarray(150)];
    for (const view of scanInferRequest(payloadOf(slices)).raw.flat()) assert.equal(view.buffer, body.buffer);
  });

  it('scans a request that begins like earlier ones as if it were the first', () => {
    // A head with an unknown field that is not length-delimited is never kept.
    const unkept = Buffer.from([0xa0, 0x06, 1]);
    const result = (body: Buffer): unknown => {
      try {
        return comparable(scan(body));
      } catch (error) {
        assert.ok(error instanceof ParetoError);
        return error.code;
      }
    };
    const request = fc.record({
      modelName: fc.constantFrom('', 'a', 'b'.repeat(200)),
      id: fc.oneof(fc.constant(''), fc.string({ maxLength: 200 })),
      parameters: fc.constantFrom([], [['latency_ms', 5] as const]),
      inputs: fc.array(tensor, { maxLength: 2 }),
      outputs: fc.constantFrom([], ['y']),
    });
    const change = fc.record({
      id: fc.option(fc.string({ maxLength: 150 }), { nil: undefined }),
      at: fc.nat(400),
      byte: fc.option(fc.nat(255), { nil: undefined }),
      tail: fc.constantFrom(Buffer.alloc(0), encode({ id: 'last' }), encode({ raw: [Buffer.from('more')] })),
      end: fc.option(fc.nat(400), { nil: undefined }),
    });
    fc.assert(
      fc.property(request, fc.array(change, { maxLength: 5 }), (first, changes) => {
        const encoded = encodeInferRequest(first);
        for (let round = 0; round < 3; round++) scan(encoded);
        for (const { id, at, byte, tail, end } of changes) {
          const body = Buffer.concat([encodeInferRequest({ ...first, id: id ?? first.id }), tail]);
          if (byte !== undefined && at < body.length) body[at] = byte;
          const sent = body.subarray(0, end);
          for (let round = 0; round < 3; round++) assert.deepEqual(result(sent), result(Buffer.concat([unkept, sent])));
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('keeps what requests with equal heads have in common', () => {
    const scanWith = (modelName: string, id: string, value: number): ScannedRequest => {
      const input = { name: 'x', datatype: 'UINT8', shape: [1], raw: Buffer.from([value]) } as const;
      return scan(encodeInferRequest({ modelName, id, inputs: [input] }));
    };
    const [first, second, third, fourth] = ['one', 'two', '', 'four'].map((id, value) => scanWith('kept', id, value));
    assert.deepEqual([first?.head, second?.head], [undefined, undefined]);
    assert.ok(third?.head !== undefined && third.head === fourth?.head);
    assert.equal(third.inputs, fourth.inputs);
    assert.deepEqual([third.id, fourth.id, fourth.raw], ['', 'four', [[Buffer.from([3])]]]);
    assert.notEqual(scanWith('other', '', 0).head, third.head);
  });

  it('throws only invalid-argument for arbitrary bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          scan(Buffer.from(bytes));
        } catch (error) {
          assert.ok(error instanceof ParetoError);
          assert.equal(error.code, 'invalid-argument');
        }
      }),
      { numRuns: 500 },
    );
  });

  it('bounds names, ranks and counts, and repeats none of them', () => {
    const input = (shape: readonly number[], name = 'x') => ({
      name,
      datatype: 'FP32' as const,
      shape,
      raw: Buffer.alloc(4),
    });
    const encoded = (message: Partial<InferRequestMessage>): Buffer =>
      encodeInferRequest({ modelName: 'm', inputs: [input([1])], ...message });
    const list = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
    const long = 'n'.repeat(1025);
    const cases: readonly (readonly [Buffer, RegExp])[] = [
      [encoded({ modelName: long }), /^model_name has 1025 bytes: expected at most 1024$/],
      [encoded({ modelVersion: long }), /^model_version has 1025 bytes/],
      [encoded({ id: 'i'.repeat(2 ** 20 + 1) }), /^id has 1048577 bytes: expected at most 1048576$/],
      [encoded({ inputs: [input([1], long)] }), /^the name of an input has 1025 bytes/],
      [encoded({ outputs: [long] }), /^the name of an output has 1025 bytes/],
      [encoded({ parameters: [[long, 1]] }), /^the name of a parameter has 1025 bytes/],
      [encoded({ parameters: [['p', 'v'.repeat(65_537)]] }), /^the value of a parameter has 65537 bytes/],
      [encoded({ inputs: [input(list(33))] }), /^a shape has more than 32 dimensions/],
      [encoded({ inputs: list(1025).map(() => input([1])) }), /^the message has more than 1024 inputs/],
      [encoded({ outputs: list(1025).map(String) }), /^the message has more than 1024 outputs/],
      [
        encoded({ parameters: list(1025).map((i) => [`p${i}`, i] as const) }),
        /^the message has more than 1024 parameters/,
      ],
      [Buffer.alloc(16 * 1024 * 1024, Buffer.from([0x3a, 0x00])), /^the message has more than 1024 raw_input_contents/],
      [Buffer.alloc(16 * 1024 * 1024, Buffer.from([0x2a, 0x00])), /^the message has more than 1024 inputs/],
      [Buffer.alloc(16 * 1024 * 1024, Buffer.from([0x22, 0x00])), /^the message has too many fields/],
      [Buffer.alloc(16 * 1024 * 1024, Buffer.from([0x0a, 0x00])), /^the message has too many fields/],
      [Buffer.alloc(16 * 1024 * 1024, Buffer.from([0x78, 0x00])), /^the message has too many fields/],
    ];
    for (const [body, expected] of cases) {
      assert.throws(
        () => scan(body),
        (error: ParetoError) => error.code === 'invalid-argument' && expected.test(error.message),
        String(expected),
      );
    }
    assert.equal(scan(encoded({ inputs: list(1024).map(() => input(list(32))) })).inputs.length, 1024);
  });

  it('bounds the elements that are not packed', () => {
    const empty = (count: number): Buffer => Buffer.alloc(2 * count, Buffer.from([0x42, 0x00]));
    const single = (count: number): Buffer => Buffer.alloc(5 * count, Buffer.from([0x35, 0, 0, 128, 63]));
    const most = 262_144;
    assert.equal(decodeTypedContents('x', 'BYTES', empty(most), most).length, 4 * most);
    const decoded = decodeTypedContents('x', 'FP32', single(most), most);
    assert.deepEqual([decoded.length, decoded.readFloatLE(4 * most - 4)], [4 * most, 1]);
    for (const [datatype, contents] of [
      ['BYTES', empty(16_000_000)],
      ['FP32', single(most + 1)],
    ] as const) {
      assert.throws(
        () => decodeTypedContents('x', datatype, contents, most + 1),
        /^ParetoError: input 'x' has more than 262144 elements that are not packed: send raw_input_contents$/,
      );
    }
  });

  it('decodes encoded responses with raw and with typed contents', () => {
    fc.assert(
      fc.property(fc.array(tensor, { minLength: 1, maxLength: 3 }), fc.boolean(), (outputs, typed) => {
        const parameters = [
          ['pareto_variant', 'a:original'],
          ['pareto_accuracy', 0.5],
          ['pareto_degraded', false],
        ] as const;
        const body = encodeResponse({ modelName: 'm', modelVersion: '1', id: 'i', parameters, outputs }, typed);
        const decoded = decodeInferResponse(body);
        assert.deepEqual(
          [...decoded.parameters],
          parameters.map((p) => [...p]),
        );
        const nan = (d: DataType): boolean => typed && (d === 'FP32' || d === 'FP64'); // a NaN's payload may change
        for (const [i, output] of outputs.entries()) {
          if (!nan(output.datatype)) assert.deepEqual(decoded.outputs[i], output);
        }
        const reply = decodeReply(body);
        const asTyped = typed && outputs.every((output) => hasTypedContents(output.datatype));
        assert.equal((reply['rawOutputContents'] as unknown[] | undefined)?.length ?? 0, asTyped ? 0 : outputs.length);
      }),
    );
  });

  it('decodes texts and numbers of any size as they were encoded', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 300 });
    const value = fc.oneof(fc.boolean(), text, fc.double({ noNaN: true }), fc.bigInt(-(2n ** 53n), 2n ** 53n));
    const message = fc.record({
      modelName: text,
      modelVersion: text,
      id: text,
      parameters: fc.uniqueArray(fc.tuple(text, value), { selector: ([name]) => name, maxLength: 5 }),
      outputs: fc.array(
        fc.record({
          name: text.filter((name) => name !== ''),
          datatype: fc.constant('UINT8' as const),
          shape: fc.array(fc.maxSafeNat(), { maxLength: 30 }),
          raw: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
        }),
        { maxLength: 3 },
      ),
    });
    fc.assert(
      fc.property(message, (sent) => {
        const parameters = new Map(
          sent.parameters.map(([name, given]) => [name, typeof given === 'bigint' ? Number(given) : given]),
        );
        const outputs = sent.outputs.map((output) => ({ ...output }));
        assert.deepEqual(decodeInferResponse(encodeResponse(sent, false)), { ...sent, outputs, parameters });
      }),
    );
  });

  it('has the common parameters of several responses before its own', () => {
    const shared = [
      ['variant', 'v'],
      ['cost', 0.5],
      ['cold', false],
    ] as const;
    const common = encodeCommonParameters(shared);
    const output = { name: 'y', datatype: 'FP32', shape: [1], raw: Buffer.alloc(4, 1) } as const;
    for (const id of ['1', '2']) {
      const message = { modelName: 'm', modelVersion: '1', id, outputs: [output] };
      const own = [['decision', id]] as const;
      for (const typed of [false, true]) {
        const joined = encodeResponse({ ...message, parameters: [...shared, ...own] }, typed);
        assert.deepEqual(encodeResponse({ ...message, common, parameters: own }, typed), joined);
      }
    }
  });

  it('contains large outputs without a copy', () => {
    const output = { name: 'y', datatype: 'UINT8', shape: [20_000], raw: Buffer.alloc(20_000, 1) } as const;
    const small = { name: 's', datatype: 'UINT8', shape: [2], raw: Buffer.alloc(2, 1) } as const;
    const message = {
      modelName: 'm',
      modelVersion: '',
      id: '',
      parameters: [],
      outputs: [small, output, small, output],
    };
    const { slices, length } = encodeInferResponse(message, false);
    assert.equal(slices.filter((slice) => slice === output.raw).length, 2);
    assert.equal(slices.length, 4);
    assert.equal(joinSlices(slices).length, length);
    assert.deepEqual(decodeInferResponse(joinSlices(slices)).outputs, message.outputs);
  });

  it('round-trips BYTES', () => {
    const raw = Buffer.concat([Buffer.from([2, 0, 0, 0]), Buffer.from('hi'), Buffer.from([0, 0, 0, 0])]);
    const outputs = [{ name: 's', datatype: 'BYTES' as const, shape: [2], raw }];
    const body = encodeResponse({ modelName: 'm', modelVersion: '', id: '', parameters: [], outputs }, true);
    assert.deepEqual(decodeInferResponse(body).outputs[0]?.raw, raw);
  });

  it('rejects a wrong number of typed elements with the name of the input', () => {
    const scanned = scan(
      encode({ inputs: [{ name: 'x', datatype: 'FP32', shape: [3], contents: { fp32Contents: [1, 2] } }] }),
    );
    const contents = scanned.inputs[0]?.contents;
    assert.ok(contents !== undefined);
    assert.throws(
      () => decodeTypedContents('x', 'FP32', contents, 3),
      /input 'x': expected 3 elements of FP32 .* got 2/,
    );
    assert.throws(() => decodeTypedContents('x', 'FP16', contents, 3), /FP16 has no typed contents/);
    assert.throws(
      () => decodeTypedContents('x', 'FP32', contents, 2 ** 50),
      /expected 1125899906842624 elements .* got 2/,
    );
    const incomplete = contents.subarray(0, -1);
    const malformed = { code: 'invalid-argument', message: /input 'x': malformed InferTensorContents/ };
    assert.throws(() => decodeTypedContents('x', 'FP32', incomplete, 2), malformed);
  });

  const typed = (datatype: DataType, contents: object, elements: number): Buffer => {
    const body = encode({ inputs: [{ name: 'x', datatype, shape: [elements], contents }] });
    return decodeTypedContents('x', datatype, scan(body).inputs[0]?.contents ?? Buffer.alloc(0), elements);
  };

  it('reads and writes packed numbers as protobufjs does', () => {
    const kinds = [
      ['INT32', 'intContents', fc.integer(), (n: number) => Buffer.from(Int32Array.of(n).buffer)],
      ['UINT32', 'uintContents', fc.nat({ max: 2 ** 32 - 1 }), (n: number) => Buffer.from(Uint32Array.of(n).buffer)],
      ['INT64', 'int64Contents', fc.maxSafeInteger(), (n: number) => Buffer.from(BigInt64Array.of(BigInt(n)).buffer)],
      ['UINT64', 'uint64Contents', fc.maxSafeNat(), (n: number) => Buffer.from(BigUint64Array.of(BigInt(n)).buffer)],
      ['FP64', 'fp64Contents', fc.double({ noNaN: true }), (n: number) => Buffer.from(Float64Array.of(n).buffer)],
    ] as const;
    for (const [datatype, field, numbers, rawOf] of kinds) {
      fc.assert(
        fc.property(fc.array(numbers), (values: readonly number[]) => {
          const raw = Buffer.concat(values.map(rawOf));
          assert.deepEqual(typed(datatype, { [field]: values }, values.length), raw);
          const outputs = [{ name: 'y', datatype, shape: [values.length], raw }];
          const message = { modelName: '', modelVersion: '', id: '', parameters: [], outputs };
          const [output] = decodeReply(encodeResponse(message, true))['outputs'] as {
            contents: Record<string, unknown>;
          }[];
          assert.deepEqual(output?.contents[field], values);
        }),
      );
    }
  });

  it('reads elements that are not packed', () => {
    const contents = Buffer.from([0x18, 0x05, 0x1a, 0x02, 0x01, 0x02, 0x18, 0xff, 0xff, 0xff, 0xff, 0x0f]);
    const raw = decodeTypedContents('x', 'INT64', contents, 4);
    assert.deepEqual([...new BigInt64Array(new Uint8Array(raw).buffer)], [5n, 1n, 2n, 2n ** 32n - 1n]);
    assert.deepEqual([...decodeTypedContents('x', 'BOOL', Buffer.from([0x0a, 0x03, 0x00, 0x82, 0x01]), 2)], [0, 1]);
  });

  it('rejects elements in the wrong field or out of range', () => {
    const invalid = (message: RegExp): object => ({ code: 'invalid-argument', message });
    assert.throws(
      () => typed('FP32', { intContents: [1] }, 1),
      invalid(/'x': the elements are in int_contents; FP32 requires fp32_contents/),
    );
    assert.throws(
      () => typed('BYTES', { fp32Contents: [1] }, 1),
      invalid(/in fp32_contents; BYTES requires bytes_contents/),
    );
    assert.throws(
      () => typed('INT8', { intContents: [1, 300] }, 2),
      invalid(/element 1 is 300, which is out of range for INT8/),
    );
    assert.throws(
      () => typed('UINT16', { uintContents: [65_536] }, 1),
      invalid(/65536, which is out of range for UINT16/),
    );
    const endless = Buffer.from([0x1a, 0x0b, ...Array<number>(10).fill(0xff), 0x01]);
    assert.throws(() => decodeTypedContents('x', 'INT64', endless, 1), invalid(/longer than 10 bytes/));
  });

  it('encodes a response and an error as messages of a stream', () => {
    const stream = serviceDefinition('inference.GRPCInferenceService')['ModelStreamInfer'];
    const answer = {
      modelName: 'm',
      modelVersion: '1',
      id: 'i',
      parameters: [['pareto_cost', 1] as const],
      outputs: [],
    };
    const read = (body: Buffer): unknown => JSON.parse(JSON.stringify(stream?.responseDeserialize(body)));
    const answered = read(encodeStreamAnswer(encodeInferResponse(answer, false))) as Record<string, never>;
    assert.equal(answered['errorMessage'], '');
    const { id, parameters } = answered['inferResponse'] as unknown as { id: string; parameters: object };
    assert.equal(id, 'i');
    assert.deepEqual(Object.keys(parameters), ['pareto_cost', 'triton_final_response']);
    const failed = read(encodeStreamError('no such input', 'q7')) as { errorMessage: string; inferResponse: unknown };
    assert.equal(failed.errorMessage, 'no such input');
    assert.equal((failed.inferResponse as { id: string }).id, 'q7');
  });

  it('writes bigints as integers', () => {
    const parameters = [
      ['timeout', 5n],
      ['large', 2n ** 63n],
    ] as const;
    const outputs = [{ name: 'y', parameters: [['classification', 2n]] as const }];
    const { kinds, outputs: requested } = scan(encodeInferRequest({ modelName: 'm', parameters, inputs: [], outputs }));
    assert.deepEqual(Object.fromEntries(kinds), { timeout: 'int64', large: 'uint64' });
    assert.equal(requested[0]?.kinds.get('classification'), 'int64');
  });

  it('scans encoded requests', () => {
    fc.assert(
      fc.property(fc.array(tensor, { maxLength: 3 }), (inputs) => {
        const scanned = scan(
          encodeInferRequest({ modelName: 'm', id: 'i', parameters: [['latency_ms', 5]], inputs, outputs: ['y'] }),
        );
        assert.deepEqual(
          scanned.raw.map(joinSlices),
          inputs.map((input) => input.raw),
        );
        assert.deepEqual(
          scanned.inputs.map((input) => input.name),
          inputs.map((input) => input.name),
        );
      }),
    );
  });

  it('formats the load in the text form of ORCA and parses it', () => {
    const load = {
      queuedItems: 3,
      runningItems: 4,
      backlogMs: 12.5,
      itemMs: 1e-7,
      typical: 1.2,
      slow: 0.9,
      interfered: true,
    };
    assert.deepEqual(parseLoad(formatLoad({ load, tookMs: 7 })), { load, tookMs: 7 });
    const older = 'TEXT named_metrics.queued_items=3,named_metrics.running_items=4,named_metrics.backlog_ms=12.5';
    assert.deepEqual(parseLoad(older), {
      load: { ...load, itemMs: 0, typical: 0, slow: 0, interfered: false },
      tookMs: 0,
    });
    assert.equal(parseLoad('TEXT cpu=1'), undefined);
    assert.equal(parseLoad(undefined), undefined);
  });

  it('reads each reply with a load that was read before, and its own time', () => {
    const load = {
      ...{ queuedItems: 3, runningItems: 2, backlogMs: 41.5, itemMs: 2.75, typical: 1, slow: 1.5, interfered: true },
    };
    const other = { ...load, queuedItems: 4 };
    for (const [each, tookMs] of [
      [load, 1.25],
      [load, 30],
      [other, 30],
      [load, 0],
    ] as const)
      assert.deepEqual(parseLoad(formatLoad({ load: each, tookMs })), { load: each, tookMs });
    const text = formatLoad({ load, tookMs: 12.5 });
    assert.deepEqual(parseLoad(`${text},named_metrics.newer=1`), { load, tookMs: 12.5 });
  });
});
