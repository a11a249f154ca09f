import assert from 'node:assert/strict';
import { planRegistration, type PlanOptions, type RegisterPlan } from '../../../src/commands/register/register-plan.js';
import { formatRemarks } from '../../../src/commands/register/register-remarks.js';

const model = (name: string) => ({ name, path: `/${name}.onnx` });
const options: PlanOptions = { task: undefined, recipes: undefined, hasValidation: false, definesTask: false };
const nothing = { tasks: [], architectures: [] };
const groupsOf = ({ groups }: RegisterPlan): readonly string[] =>
  groups.map(
    ({ task, isNew, isDefined, recipes, models }) =>
      `${isNew ? 'new ' : isDefined ? 'defined ' : ''}${task} [${recipes.join()}]: ${models.map(({ name }) => name).join()}`,
  );

describe('planRegistration', () => {
  it('plans one task per model, shared by its versions', () => {
    const plan = planRegistration([model('a'), model('b'), model('a')], nothing, options);
    assert.deepEqual(groupsOf(plan), ['new a.task [original]: a,a', 'new b.task [original]: b']);
    assert.equal(plan.lacksValidation, true);
  });

  it('keeps a registered model with its task', () => {
    const known = { tasks: [task('digits', 'sha256:1')], architectures: [{ name: 'a', task: 'digits' }] } as never;
    assert.deepEqual(
      groupsOf(planRegistration([model('a')], known, options)),
      ['digits []: a'],
      'all recipes, because the task has a validation set',
    );
  });

  it('lists the tasks that registered models leave for a requested one', () => {
    const known = { tasks: [], architectures: ['a', 'b'].map((name) => ({ name, task: `${name}.task` })) } as never;
    const [group] = planRegistration([model('a'), model('c')], known, { ...options, task: 'digits' }).groups;
    assert.deepEqual(group?.left, new Map([['a', 'a.task']]));
    assert.deepEqual(planRegistration([model('a')], known, options).groups[0]?.left, new Map());
  });

  it('plans all recipes with a validation set, and the given recipes without one', () => {
    const named = { ...options, task: 't' };
    assert.deepEqual(
      groupsOf(planRegistration([model('a')], nothing, { ...named, hasValidation: true, definesTask: true })),
      ['new t []: a'],
    );
    const known = { tasks: [task('t', '')], architectures: [] } as never;
    const plan = planRegistration([model('a')], known, { ...named, recipes: ['fp16'] });
    assert.deepEqual([groupsOf(plan), plan.lacksValidation], [['t [fp16]: a'], false]);
    assert.deepEqual(groupsOf(planRegistration([model('a')], known, { ...named, definesTask: true })), [
      'defined t [original]: a',
    ]);
  });

  it('refuses a model if the name derived for its task is too long', () => {
    const { groups, refused } = planRegistration([model('a'.repeat(126)), model('b')], nothing, options);
    assert.deepEqual([groups.length, refused[0]?.kind], [1, 'refused']);
    assert.match(
      refused[0]?.reason ?? '',
      /is not valid: .*; set a task with --task, or another architecture name with --name/,
    );
  });
});

describe('formatRemarks', () => {
  it('joins models with the same remark in one line', () => {
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
