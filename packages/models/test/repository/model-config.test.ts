import assert from 'node:assert/strict';
import { ParetoError } from '@pareto/core';
import fc from 'fast-check';
import { parseModelConfig, type ModelConfig } from '../../src/repository/model-config.js';
import { parseTextFormat } from '../../src/repository/text-format.js';

const parse = (text: string): ModelConfig => parseModelConfig(Buffer.from(text), 'm/config.pbtxt');
const fieldsOf = ({ remarks }: ModelConfig): readonly string[] => remarks.map(({ field }) => field);

const whole = `
# A model in a typical style.
name: "resnet"   platform: 'onnxruntime_onnx'
max_batch_size: 0x10
input [
  {
    name: "image" data_type: TYPE_FP32
    format: FORMAT_NCHW
    dims: [ 3, 224, 224 ]
  },
  { name: "scale"; data_type: TYPE_FP16; dims: -1; dims: 1 }
]
output < name: "scores" data_type: TYPE_FP32 dims: [1000] label_filename: "labels" ".txt" >
version_policy: { specific: { versions: [1, 3] } }
instance_group [ { count: 2 kind: KIND_GPU gpus: [ 0, 1 ] } ]
instance_group { count: 1 }
dynamic_batching { preferred_batch_size: [ 4, 8 ] max_queue_delay_microseconds: 100 }
optimization { execution_accelerators { gpu_execution_accelerator: [ { name: "tensorrt" parameters { key: "a" value: "b" } } ] } }
parameters { key: "intra_op_thread_count" value: { string_value: "1" } }
parameters: { key: "session", value: { string_value: "-\\x41\\101\\u00e9\\n" } }
model_warmup [ { name: "w" batch_size: 1 } ]
response_cache { enable: false }
default_model_filename: "net.onnx"
something_new: { nested: <a: 1> b: [] c: -1.5e3f d: -inf }
`;

describe('a configuration', () => {
  it('is parsed like protobuf text format', () => {
    const config = parse(whole);
    assert.deepEqual(
      [config.name, config.maxBatchSize, config.graphName, config.foreign, config.versions],
      ['resnet', 16, 'net.onnx', undefined, { kind: 'specific', versions: [1, 3] }],
    );
    const tensors = [...config.inputs, ...config.outputs].map(({ name, datatype, dims, labels }) => ({
      name,
      datatype,
      dims,
      labels,
    }));
    assert.deepEqual(tensors, [
      { name: 'image', datatype: 'FP32', dims: [3, 224, 224], labels: undefined },
      { name: 'scale', datatype: 'FP16', dims: [-1, 1], labels: undefined },
      { name: 'scores', datatype: 'FP32', dims: [1000], labels: 'labels.txt' },
    ]);
  });

  it('gets one remark per field that is not applied, in the order of lines', () => {
    assert.deepEqual(fieldsOf(parse(whole)), [
      'input.format',
      'instance_group',
      'dynamic_batching.preferred_batch_size',
      'dynamic_batching.max_queue_delay_microseconds',
      'optimization.execution_accelerators',
      'parameters.intra_op_thread_count',
      'parameters.session',
      'model_warmup',
      'something_new',
    ]);
    const [format] = parse(whole).remarks;
    assert.deepEqual([format?.line, format?.column], [8, 5]);
    assert.match(parse(whole).remarks.at(-1)?.text ?? '', /unknown/);
    assert.deepEqual(fieldsOf(parse('dynamic_batching { }')), [], 'batching is always on');
    assert.deepEqual(fieldsOf(parse('response_cache { enable: true }')), ['response_cache']);
    assert.deepEqual(fieldsOf(parse('output { name: "y" dims: [1] reshape { shape: [] } }')), ['output.reshape']);
  });

  it('may be empty', () => {
    for (const text of ['', '# nothing\n']) {
      const config = parse(text);
      assert.deepEqual([config.maxBatchSize, config.inputs, config.versions], [undefined, [], { kind: 'all' }]);
    }
    assert.deepEqual(parse('version_policy { latest { } }').versions, { kind: 'latest', count: 1 });
    assert.deepEqual(parse('version_policy { all { } }').versions, { kind: 'all' });
  });

  it('recognises models that are not ONNX', () => {
    assert.match(parse('platform: "ensemble"').foreign ?? '', /ensemble/);
    assert.match(parse('ensemble_scheduling { step [ { model_name: "a" } ] }').foreign ?? '', /ensemble/);
    assert.match(parse('backend: "python"').foreign ?? '', /its backend is python: only ONNX models/);
    assert.match(parse('platform: "tensorrt_plan"').foreign ?? '', /its platform is tensorrt_plan/);
  });

  it('decodes the bytes of escapes as UTF-8', () => {
    const [field] = parseTextFormat('a: "\\303\\xa9\\t\\\\\\\'" \'"\'', 'f');
    assert.deepEqual(field?.values[0]?.kind === 'text' && field.values[0].value, 'é\t\\\'"');
  });
});

describe('a malformed configuration', () => {
  const wrong: readonly (readonly [what: string, text: string, message: RegExp])[] = [
    ['a string that does not end', 'name: "m\n', /:1:7: this string does not end on its line: expected a double quote/],
    ['an unknown escape', 'name: "\\q"', /:1:8: \\q is not an escape/],
    ['a value without a colon', 'name "m"', /:1:6: found the string "m": expected : or \{ after name/],
    ['a field without a value', 'name:\n', /:2:1: the file ends here: expected a value for name/],
    [
      'a brace that is not closed',
      'input {\n name: "x"\n',
      /:3:1: the file ends here: expected a field's name, or } for line 1/,
    ],
    [
      'a brace closed by a different mark',
      'input { name: "x" >',
      /:1:19: found >: expected a field's name, or } for line 1/,
    ],
    ['an extra brace', 'max_batch_size: 8\n}\n', /:2:1: found }: expected a field's name/],
    ['a list that is not closed', 'input { name: "x" dims: [ 1, 2 }', /:1:32: found }: expected , or ] in the list/],
    [
      'a comma at the end of a list',
      'input { name: "x" dims: [ 1, ] }',
      /:1:30: found ]: expected a value for the list/,
    ],
    ['a letter in a number', 'max_batch_size: 8x', /:1:17: 8x is not a number/],
    ['an octal 9', 'max_batch_size: 09', /:1:17: 09 is not a number: after a leading 0 it is octal/],
    ['a negative batch', 'max_batch_size: -1', /:1:17: max_batch_size is -1: expected a whole number from 0/],
    ['a fractional batch', 'max_batch_size: 1.5', /:1:17: max_batch_size is 1.5: expected a whole number/],
    ['a number in quotes', 'max_batch_size: "8"', /:1:17: max_batch_size is the string "8": expected a whole number/],
    ['a string without quotes', 'name: resnet', /:1:7: name is resnet: expected a string in quotes/],
    ['a repeated field', 'name: "a"\nname: "b"', /:2:7: name is repeated: expected one value/],
    ['a message for a string', 'name { a: 1 }', /:1:6: name is a message: expected a string in quotes/],
    ['a string for a message', 'input: "x"', /:1:8: input is the string "x": expected input \{ \.\.\. }/],
    [
      'an unknown datatype',
      'input { name: "x" data_type: FP32 }',
      /:1:19: data_type is FP32: expected one of TYPE_BOOL, /,
    ],
    ['a dimension of 0', 'input { name: "x" dims: [ 0 ] }', /:1:19: dims has a 0/],
    ['a tensor without a name', 'input [ { dims: 1 } ]', /:1:9: this input has no name/],
    ['a repeated tensor', 'input { name: "x" } input { name: "x" }', /:1:27: "x" is repeated/],
    ['two version policies', 'version_policy { all {} latest {} }', /:1:16: version_policy has latest and all/],
    [
      'a graph outside the folder',
      'default_model_filename: "../m.onnx"',
      /:1:1: default_model_filename is "..\/m.onnx"/,
    ],
    ['state between queries', 'max_batch_size: 1\nsequence_batching { }', /:2:1: sequence_batching: no state is kept/],
    ['several answers per query', 'model_transaction_policy { decoupled: true }', /:1:1: .*a query has one answer/],
    [
      'neither true nor false',
      'model_transaction_policy { decoupled: maybe }',
      /decoupled is maybe: expected true or false/,
    ],
    ['a stray sign', 'name: "m" = 1', /:1:11: unexpected "="/],
    ['an extension', '[a.b]: 1', /:1:1: found \[: expected a field's name/],
  ];
  for (const [what, text, message] of wrong) {
    it(`with ${what} is rejected with line and column`, () => {
      assert.throws(() => parse(text), { code: 'invalid-argument', message });
    });
  }

  it('that is not text, too deep or too large is rejected', () => {
    assert.throws(() => parseModelConfig(Buffer.of(0x6e, 0xff), 'f'), /f:1:1: it is not UTF-8 text/);
    assert.throws(() => parse('a{'.repeat(100)), /:1:\d+: .*at most 64 nested messages/);
    assert.throws(() => parseModelConfig(Buffer.alloc(2 ** 20 + 1, 32), 'f'), /f:1:1: it is larger than 1 MiB/);
  });

  it('with any damage is rejected with a ParetoError', () => {
    const damage = fc.array(
      fc.tuple(
        fc.nat(whole.length),
        fc.constantFrom('{', '}', '[', ']', '<', '>', ':', '"', ',', '\\', '#', '-', '0', 'x'),
        fc.boolean(),
      ),
      {
        minLength: 1,
        maxLength: 4,
      },
    );
    fc.assert(
      fc.property(damage, (edits) => {
        let text = whole;
        for (const [at, letter, replaces] of edits)
          text = text.slice(0, at) + letter + text.slice(at + (replaces ? 1 : 0));
        try {
          parse(text);
        } catch (error) {
          assert.ok(error instanceof ParetoError, String(error));
          assert.match(error.message, /^m\/config\.pbtxt:\d+:\d+: /);
        }
      }),
    );
  });
});
