// Locales of operators that change the case of text.

import assert from 'node:assert/strict';
import { stringOf } from '../../src/onnx/onnx-graph.js';
import { intAttribute, makeNode, makeValue, stringAttribute } from '../../src/onnx/onnx-parts.js';
import { onnxTypes } from '../../src/onnx/onnx-tensor-data.js';
import { attributeTypes, type OnnxModel } from '../../src/onnx/onnx.js';
import { usePortableLocale } from '../../src/rewrite/use-portable-locale.js';
import { makeModel } from '../support/make-model.js';

const { string, bool } = onnxTypes;

/** Returns a model of one StringNormalizer. Without `locale`, it names none. */
function normalizer(action: string, locale?: string): OnnxModel {
  const attribute = [
    stringAttribute('case_change_action', action),
    ...(locale === undefined ? [] : [stringAttribute('locale', locale)]),
  ];
  return makeModel({
    node: [makeNode('StringNormalizer', ['x'], ['y'], { attribute })],
    input: [makeValue('x', string, ['n'])],
    output: [makeValue('y', string, ['n'])],
  });
}

function localeIn({ graph: { node } }: OnnxModel): string {
  const [first] = node;
  return first === undefined ? assert.fail('there is no node') : stringOf(first, 'locale', 'none');
}

function portable(model: OnnxModel): OnnxModel {
  const result = usePortableLocale(model);
  return 'reason' in result ? assert.fail(result.reason) : result;
}

describe('the locale of a StringNormalizer', () => {
  for (const locale of [undefined, 'en_US', 'en_US.UTF-8', 'en_GB.utf8', 'en']) {
    it(`is C.UTF-8 instead of ${locale ?? 'the default'}`, () => {
      const model = portable(normalizer('LOWER', locale));
      assert.equal(localeIn(model), 'C.UTF-8');
      assert.equal(portable(model), model);
    });
  }

  it('is kept if it is never missing, or if the case does not change', () => {
    for (const model of [normalizer('UPPER', 'C'), normalizer('LOWER', ''), normalizer('NONE', 'de_DE')])
      assert.equal(usePortableLocale(model), model);
  });

  it('is replaced in branches', () => {
    const { graph } = normalizer('LOWER');
    const attribute = ['then_branch', 'else_branch'].map((name) => ({
      ...intAttribute(name, 0),
      type: attributeTypes.graph,
      g: graph,
    }));
    const given = makeModel({
      node: [makeNode('If', ['c'], ['y'], { attribute })],
      input: [makeValue('c', bool, [1]), makeValue('x', string, ['n'])],
      output: [makeValue('y', string, ['n'])],
    });
    const [, branch] = portable(given).graph.node[0]?.attribute ?? [];
    assert.equal(branch?.g && localeIn({ ...given, graph: branch.g }), 'C.UTF-8');
  });

  it('is replaced in functions, and refused there in another language', () => {
    const withFunction = (locale: string): OnnxModel => {
      const { node } = normalizer('LOWER', locale).graph;
      const none = { attribute: [], attributeProto: [], opsetImport: [], valueInfo: [], metadataProps: [] };
      const own = { name: 'f', domain: 'own', overload: '', docString: '', input: ['x'], output: ['y'], node };
      return { ...normalizer('NONE'), functions: [{ ...own, ...none }] };
    };
    const [own] = portable(withFunction('en_US')).functions;
    assert.equal(own?.node[0] && stringOf(own.node[0], 'locale', 'none'), 'C.UTF-8');
    assert.ok('reason' in usePortableLocale(withFunction('fr_FR.UTF-8')));
  });

  it('is refused in another language, whose letters may change differently', () => {
    for (const locale of ['tr_TR.UTF-8', 'de_DE', 'en_US; rm', 'english']) {
      const result = usePortableLocale(normalizer('LOWER', locale));
      assert.match(
        'reason' in result ? result.reason : 'kept',
        /uses the locale ".*", which hosts of workers may lack/,
      );
    }
  });
});
