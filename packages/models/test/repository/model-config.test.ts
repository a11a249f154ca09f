import assert from 'node:assert/strict';
import { ParetoError } from '@pareto/core';
import fc from 'fast-check';
import { parseModelConfig, type ModelConfig } from '../../src/repository/model-config.js';
import { parseTextFormat } from '../../src/repository/text-format.js';

const parse = (text: string): ModelConfig => parseModelConfig(Buffer.from(text), 'm/config.pbtxt');
const fieldsOf = ({ remarks }: ModelConfig): readonly string[] => remarks.map(({ field }) => field);

const whole = `
# A model as people write it.
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
  it('is read as protobuf reads it', () => {
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

  it('is remarked on field by field, once each, in the order of its lines', () => {
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
    assert.match(parse(whole).remarks.at(-1)?.text ?? '', /not known/);
    assert.deepEqual(fieldsOf(parse('dynamic_batching { }')), [], 'batching as such is what happens anyway');
    assert.deepEqual(fieldsOf(parse('response_cache { enable: true }')), ['response_cache']);
    assert.deepEqual(fieldsOf(parse('output { name: "y" dims: [1] reshape { shape: [] } }')), ['output.reshape']);
  });

  it('may say next to nothing', () => {
    for (const text of ['', '# nothing\n']) {
      const config = parse(text);
      assert.deepEqual([config.maxBatchSize, config.inputs, config.versions], [undefined, [], { kind: 'all' }]);
    }
    assert.deepEqual(parse('version_policy { latest { } }').versions, { kind: 'latest', count: 1 });
    assert.deepEqual(parse('version_policy { all { } }').versions, { kind: 'all' });
  });

  it('tells what is no ONNX model', () => {
    assert.match(parse('platform: "ensemble"').foreign ?? '', /ensemble/);
    assert.match(parse('ensemble_scheduling { step [ { model_name: "a" } ] }').foreign ?? '', /ensemble/);
    assert.match(parse('backend: "python"').foreign ?? '', /its backend is python: only ONNX models/);
    assert.match(parse('platform: "tensorrt_plan"').foreign ?? '', /its platform is tensorrt_plan/);
  });

  it('gives the bytes of escapes, of which letters come', () => {
    const [field] = parseTextFormat('a: "\\303\\xa9\\t\\\\\\\'" \'"\'', 'f');
    assert.deepEqual(field?.values[0]?.kind === 'text' && field.values[0].value, 'é\t\\\'"');
  });
});

describe('a configuration that is wrong', () => {
  const wrong: readonly (readonly [what: string, text: string, message: RegExp])[] = [
    ['a text that does not end', 'name: "m\n', /:1:7: this text does not end on its line: expected a double quote/],
    ['an unknown escape', 'name: "\\q"', /:1:8: \\q is not an escape/],
    ['a value without a colon', 'name "m"', /:1:6: there is the text "m" here: expected : or \{ after name/],
    ['a field without a value', 'name:\n', /:2:1: the file ends here: expected a value for name/],
    [
      'a brace that is not closed',
      'input {\n name: "x"\n',
      /:3:1: the file ends here: expected a field's name, or } for line 1/,
    ],
    [
      'a brace closed by another',
      'input { name: "x" >',
      /:1:19: there is > here: expected a field's name, or } for line 1/,
    ],
    ['a brace too many', 'max_batch_size: 8\n}\n', /:2:1: there is } here: expected a field's name/],
    [
      'a list that is not closed',
      'input { name: "x" dims: [ 1, 2 }',
      /:1:32: there is } here: expected , or ] in the list/,
    ],
    [
      'a comma at the end of a list',
      'input { name: "x" dims: [ 1, ] }',
      /:1:30: there is ] here: expected a value for the list/,
    ],
    ['a letter in a number', 'max_batch_size: 8x', /:1:17: 8x is not a number/],
    ['an octal 9', 'max_batch_size: 09', /:1:17: 09 is not a number: after a leading 0 it is octal/],
    ['a negative batch', 'max_batch_size: -1', /:1:17: max_batch_size is -1: expected a whole number from 0/],
    ['half a batch', 'max_batch_size: 1.5', /:1:17: max_batch_size is 1.5: expected a whole number/],
    ['a number in quotes', 'max_batch_size: "8"', /:1:17: max_batch_size is the text "8": expected a whole number/],
    ['a text without quotes', 'name: resnet', /:1:7: name is resnet: expected a text in quotes/],
    ['a field twice', 'name: "a"\nname: "b"', /:2:7: name is here a second time: expected one value/],
    ['a message for a text', 'name { a: 1 }', /:1:6: name is a message: expected a text in quotes/],
    ['a text for a message', 'input: "x"', /:1:8: input is the text "x": expected input \{ \.\.\. }/],
    [
      'an unknown datatype',
      'input { name: "x" data_type: FP32 }',
      /:1:19: data_type is FP32: expected one of TYPE_BOOL, /,
    ],
    ['a size of nothing', 'input { name: "x" dims: [ 0 ] }', /:1:19: dims has a 0/],
    ['a tensor without a name', 'input [ { dims: 1 } ]', /:1:9: this input has no name/],
    ['a tensor twice', 'input { name: "x" } input { name: "x" }', /:1:27: "x" is here a second time/],
    ['two policies', 'version_policy { all {} latest {} }', /:1:16: version_policy has latest and all/],
    ['a graph elsewhere', 'default_model_filename: "../m.onnx"', /:1:1: default_model_filename is "..\/m.onnx"/],
    ['state between queries', 'max_batch_size: 1\nsequence_batching { }', /:2:1: sequence_batching: no state is kept/],
    ['many answers to a query', 'model_transaction_policy { decoupled: true }', /:1:1: .*a query has one answer/],
    [
      'neither true nor false',
      'model_transaction_policy { decoupled: maybe }',
      /decoupled is maybe: expected true or false/,
    ],
    ['a stray sign', 'name: "m" = 1', /:1:11: "=" can't stand here/],
    ['an extension', '[a.b]: 1', /:1:1: there is \[ here: expected a field's name/],
  ];
  for (const [what, text, message] of wrong) {
    it(`is told with line and column: ${what}`, () => {
      assert.throws(() => parse(text), { code: 'invalid-argument', message });
    });
  }

  it('is told when it is not text, too deep or too large', () => {
    assert.throws(() => parseModelConfig(Buffer.of(0x6e, 0xff), 'f'), /f:1:1: it is not UTF-8 text/);
    assert.throws(() => parse('a{'.repeat(100)), /:1:\d+: .*at most 64 messages within each other/);
    assert.throws(() => parseModelConfig(Buffer.alloc(2 ** 20 + 1, 32), 'f'), /f:1:1: it is larger than 1 MiB/);
  });

  it('is told in words, whatever is damaged', () => {
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
