import assert from 'node:assert/strict';
import { digest, recipes, type RecipeOutcome } from '@pareto/core';
import { missingVariants, variantsOf } from '../../src/index.js';
import { architecture, variant } from '../support/fixture.js';

const { architecture: model } = architecture('a', { version: 3 });
const made = (recipe: string, version = 3): RecipeOutcome => ({
  architecture: 'a',
  version,
  recipe,
  result: { kind: 'made', modelDigest: digest('sha256:9'), manifest: { files: [] }, similarity: 1, note: '' },
});
const all = new Set(['cpu', 'webgpu', 'cuda', 'tensorrt']);
const ids = (recipe: string | undefined, providers: readonly string[] = ['cpu']): readonly string[] =>
  variantsOf(model, recipe === undefined ? undefined : made(recipe), new Set(providers)).map(({ id }) => id);

describe('variantsOf', () => {
  it('returns one for each provider of the fleet, and on the cpu one for each session option', () => {
    assert.deepEqual(ids(undefined), ['a:original']);
    assert.deepEqual(ids(undefined, ['webgpu', 'cpu', 'npu']), ['a:original', 'a:original@webgpu']);
    assert.deepEqual(ids('int8-dynamic', [...all]), ['a:int8-dynamic']);
    assert.deepEqual(ids('int4', [...all]), ['a:int4', 'a:int4@webgpu', 'a:int4@cuda']);
    assert.deepEqual(ids('mapped'), ['a:mapped', 'a:mapped@cpu+no-prepacking']);
    assert.deepEqual(ids('mapped', ['webgpu']), []);
    assert.deepEqual(ids('fp16', []), []);
  });

  it('uses the generated file, or the trained one without an outcome', () => {
    const [original] = variantsOf(model, undefined, all);
    const [fp16] = variantsOf(model, made('fp16'), all);
    assert.deepEqual([original?.recipe, original?.modelDigest], ['original', model.modelDigest]);
    assert.deepEqual([fp16?.recipe, fp16?.modelDigest, fp16?.version, fp16?.task], ['fp16', 'sha256:9', 3, 'digits']);
    const [mapped, option] = variantsOf(model, made('mapped'), all);
    assert.deepEqual([mapped?.option, option?.option], [undefined, 'no-prepacking']);
  });

  it('treats a model with a dynamic batch as the original', () => {
    const [original] = variantsOf(model, made('dynamic-batch'), all);
    assert.deepEqual([original?.id, original?.recipe, original?.modelDigest], ['a:original', 'original', 'sha256:9']);
  });

  it('is empty if no file was generated', () => {
    const declined: RecipeOutcome = { ...made('fp16'), result: { kind: 'declined', reason: '' } };
    assert.deepEqual(variantsOf(model, declined, all), []);
    assert.deepEqual(ids('unknown'), []);
  });

  it('covers every recipe', () => {
    for (const { name } of recipes) assert.ok(ids(name, [...all]).length > 0, name);
  });
});

describe('missingVariants', () => {
  const planned = { architecture: model, outcomes: [made('fp16'), made('int4', 2)] };
  const missing = (known: readonly string[], providers: readonly string[]): readonly string[] =>
    missingVariants(
      planned,
      known
        .map((id) => variant(id, { version: 3 }))
        .map(({ variant: v }) => ({
          variant: v.recipe === 'original' ? v : { ...v, modelDigest: digest('sha256:9') },
        })),
      new Set(providers),
    ).map(({ id }) => id);

  it('are those of this version’s files on the fleet’s providers', () => {
    assert.deepEqual(missing([], ['cpu']), ['a:original', 'a:fp16']);
    assert.deepEqual(missing(['a:original', 'a:fp16'], ['cpu']), []);
    assert.deepEqual(missing(['a:original', 'a:fp16'], ['cpu', 'webgpu']), ['a:original@webgpu', 'a:fp16@webgpu']);
  });

  it('include variants whose file has changed', () => {
    const known = [{ variant: variant('a:original', { version: 3 }).variant }];
    const outcomes = [made('dynamic-batch')];
    const [original, ...others] = missingVariants({ architecture: model, outcomes }, known, new Set(['cpu']));
    assert.deepEqual([original?.id, original?.modelDigest, others.length], ['a:original', 'sha256:9', 0]);
  });
});
