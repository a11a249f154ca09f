import assert from 'node:assert/strict';
import { planRegistration, type PlanOptions, type RegisterPlan } from '../../src/register/register-plan.js';
import { formatRemarks } from '../../src/register/register-remarks.js';

const model = (name: string) => ({ name, path: `/${name}.onnx` });
const options: PlanOptions = { task: undefined, recipes: undefined, hasValidation: false, definesTask: false };
const nothing = { tasks: [], architectures: [] };
const groupsOf = ({ groups }: RegisterPlan): readonly string[] =>
  groups.map(
    ({ task, isNew, recipes, models }) =>
      `${isNew ? 'new ' : ''}${task} [${recipes.join()}]: ${models.map(({ name }) => name).join()}`,
  );

describe('the plan of a registration', () => {
  it('gives each model a task of its own, its versions one together', () => {
    const plan = planRegistration([model('a'), model('b'), model('a')], nothing, options);
    assert.deepEqual(groupsOf(plan), ['new a.task [original]: a,a', 'new b.task [original]: b']);
    assert.equal(plan.lacksValidation, true);
  });

  it('leaves a model with the task that it has', () => {
    const known = { tasks: [task('digits', 'sha256:1')], architectures: [{ name: 'a', task: 'digits' }] } as never;
    assert.deepEqual(
      groupsOf(planRegistration([model('a')], known, options)),
      ['digits []: a'],
      'and all is made where it can be judged',
    );
  });

  it('makes all where there is something to measure on, and what is named anywhere', () => {
    const named = { ...options, task: 't' };
    assert.deepEqual(
      groupsOf(planRegistration([model('a')], nothing, { ...named, hasValidation: true, definesTask: true })),
      ['new t []: a'],
    );
    const known = { tasks: [task('t', '')], architectures: [] } as never;
    const plan = planRegistration([model('a')], known, { ...named, recipes: ['fp16'] });
    assert.deepEqual([groupsOf(plan), plan.lacksValidation], [['t [fp16]: a'], false]);
    assert.deepEqual(groupsOf(planRegistration([model('a')], known, { ...named, definesTask: true })), [
      'new t [original]: a',
    ]);
  });

  it('refuses a model whose name leaves no room for that of its task', () => {
    const { groups, refused } = planRegistration([model('a'.repeat(126)), model('b')], nothing, options);
    assert.deepEqual([groups.length, refused[0]?.kind], [1, 'refused']);
    assert.match(refused[0]?.reason ?? '', /is not valid: .*; name a task with --task, or the model with --name/);
  });
});

describe('remarks on configurations', () => {
  it('are told once for all models that say the same', () => {
    const at = { line: 1, column: 1 };
    const remarks = ['a', 'b', 'c', 'd', 'e'].map((name) => ({
      model: name,
      field: 'instance_group',
      text: 'no',
      ...at,
    }));
    assert.deepEqual(formatRemarks([...remarks, { model: 'a', field: 'name', text: 'other', ...at }]), [
      'config.pbtxt instance_group: no (a, b, c and 2 more)',
      'config.pbtxt name: other (a)',
    ]);
  });
});

const task = (name: string, validationDigest: string) => ({ name, validationDigest });
