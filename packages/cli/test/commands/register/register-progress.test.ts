import assert from 'node:assert/strict';
import { createRegisterProgress } from '../../../src/commands/register/register-progress.js';
import type { RegisterEvent } from '../../../src/commands/register/register-models.js';
import { createTerminal } from '../../../src/terminal/terminal.js';
import { fakeArchitecture } from '../../support/fake-description.js';

describe('the progress of a registration', () => {
  const architecture = fakeArchitecture('old', 2);
  const lineOf = (event: RegisterEvent): string => {
    let written = '';
    const output = { write: (text: string) => (written += text) };
    createRegisterProgress(createTerminal(output, output)).onEvent(event);
    return written.trim();
  };

  it('tells that a model was upgraded, and that it has another version than requested', () => {
    assert.equal(lineOf({ kind: 'architecture', architecture, requestedVersion: 2 }), 'registered old version 2');
    assert.equal(
      lineOf({ kind: 'architecture', architecture, leftTask: 'old.task' }),
      'registered old version 2 in task digits instead of old.task',
    );
    assert.equal(
      lineOf({ kind: 'architecture', architecture: { ...architecture, rolledBackFrom: 4 } }),
      'old goes back to version 2, which has the same files, from version 4',
    );
    assert.equal(
      lineOf({ kind: 'architecture', architecture: { ...architecture, currentVersion: 3 } }),
      'registered old version 2; version 3 is current',
    );
    const keptBy = { version: 3, fromVersion: 2, ageMs: 7_200_000, actor: 'ann', reason: 'wrong labels' };
    assert.equal(
      lineOf({ kind: 'architecture', architecture: { ...architecture, currentVersion: 3, keptBy } }),
      "registered old version 2; version 3 stays current, because ann went from version 2 to version 3 (wrong labels), 2 h ago: 'pareto rollback old --to 2' makes version 2 current",
    );
    assert.equal(
      lineOf({ kind: 'architecture', architecture, requestedVersion: 1, model: { outdatedOpset: 6, labels: {} } }),
      'registered old version 2 (instead of 1, which is not above all earlier versions), upgraded because ONNX Runtime no longer runs its opset',
    );
  });

  it('tells which outputs are tensors instead of maps', () => {
    const model = { outdatedOpset: undefined, labels: { scores: ['cat', 'dog'] } };
    assert.equal(
      lineOf({ kind: 'architecture', architecture, model }),
      'registered old version 2, with a tensor and labels instead of the maps of scores',
    );
  });
});
