import assert from 'node:assert/strict';
import fc from 'fast-check';
import { metrics, sessionOptions } from '@pareto/core';
import * as rpc from '../../src/index.js';
import * as fleet from '../../src/wire/fleet.js';
import { arbitraryMessage, messageDefinition, type FieldValues } from '../support/arbitrary-message.js';

const shape = fc.record({ name: fc.constantFrom('x', 'y', 'z'), dims: fc.array(fc.integer(), { maxLength: 3 }) });
const shapes = fc.uniqueArray(shape, { selector: ({ name }) => name, maxLength: 3 });

const noRows = { maxBatch: 0, reason: '', live: false };
const rows = fc.oneof(
  fc.constant(null),
  fc.constant({ ...noRows, verdict: 'proved' }),
  fc.record({ verdict: fc.constant('checked'), maxBatch: fc.nat(), reason: fc.constant(''), live: fc.constant(false) }),
  fc.record({ verdict: fc.constant('mixed'), maxBatch: fc.constant(0), reason: fc.string(), live: fc.boolean() }),
);

const values: FieldValues = {
  metric: fc.constantFrom(...metrics),
  datatype: fc.constantFrom('FP32', 'INT64', 'BYTES'),
  option: fc.constantFrom('', ...sessionOptions),
  minAccuracy: fc.double({ min: 0, max: 1, noNaN: true }),
  'ReplicaReport.state': fc.constantFrom('LOADING', 'WARMING', 'READY', 'DRAINING', 'FAILED'),
  'Profile.noise': fc.double({ min: 0, max: 1, noNaN: true }),
  'Profile.shapes': shapes,
  'Profile.rows': rows,
  'SampleScores.bits': fc.constantFrom(1, 12),
  'ShapeBucket.shapes': shapes,
  'ObservedShapes.shapes': shapes,
  // Not in the domain types: the controller adds these fields in replies to operators, and a worker's session the last one.
  'Architecture.servedVersion': fc.constant(0),
  'Architecture.currentVersion': fc.constant(0),
  'Architecture.keptMs': fc.constant(0),
  'Architecture.rollbackError': fc.constant(''),
  'Architecture.rolledBackFrom': fc.constant(0),
  'Architecture.keptBy': fc.constant(null),
  'Measurement.costPer_1k': fc.constant(0),
  'Measurement.accuracyRank': fc.constant(0),
  'Measurement.disagreement': fc.constant(''),
  'ReplicaReport.placement': fc.constant(null),
  'WorkerHello.acceptsChanges': fc.constant(false),
};

interface Mapper<Message, Domain> {
  readonly fromWire: (message: Message) => Domain;
  readonly toWire: (value: Domain) => object | null;
  readonly values?: FieldValues;
}

/** Maps random messages to domain values and back, and compares the decoded messages. */
function checkRoundTrip<Message, Domain>(name: string, { fromWire, toWire, ...given }: Mapper<Message, Domain>): void {
  const { serialize, deserialize } = messageDefinition(name);
  const message = arbitraryMessage(name, { ...values, ...given.values });
  fc.assert(
    fc.property(message, (sent) => {
      const received = deserialize(serialize(sent));
      const returned = toWire(fromWire(received as Message));
      assert.ok(returned !== null);
      assert.deepEqual(deserialize(serialize(returned)), received);
    }),
  );
}

const unchanged = <T>(value: T): T => value;
const unset = fc.constant(null);
const empty = fc.constant('');
const zero = fc.constant(0);

describe('the mappers between messages and domain values', () => {
  it('keep every field of an objective, an accuracy and a profile', () => {
    checkRoundTrip('Objective', { fromWire: rpc.objectiveFromWire, toWire: rpc.objectiveToWire });
    checkRoundTrip('Accuracy', { fromWire: rpc.accuracyFromWire, toWire: rpc.accuracyToWire });
    checkRoundTrip('Profile', { fromWire: rpc.profileFromWire, toWire: rpc.profileToWire });
  });

  it('keep every field of a task, an architecture, a signature, a manifest and a variant spec', () => {
    checkRoundTrip('Task', { fromWire: rpc.taskFromWire, toWire: rpc.taskToWire });
    checkRoundTrip('Architecture', { fromWire: rpc.architectureFromWire, toWire: rpc.architectureToWire });
    checkRoundTrip('Signature', { fromWire: rpc.signatureFromWire, toWire: unchanged });
    checkRoundTrip('Manifest', { fromWire: rpc.manifestFromWire, toWire: unchanged });
    checkRoundTrip('VariantSpec', { fromWire: rpc.variantSpecFromWire, toWire: rpc.variantSpecToWire });
  });

  it('keep every field of a measurement that succeeded, and of one that failed', () => {
    const mapper = { fromWire: rpc.measurementFromWire, toWire: rpc.measurementToWire };
    checkRoundTrip('Measurement', { ...mapper, values: { 'Measurement.error': empty } });
    const failed = { profile: unset, accuracy: unset, agreement: fc.constant(undefined), scores: unset };
    checkRoundTrip('Measurement', { ...mapper, values: failed });
  });

  it('keep every field of a recipe outcome that is made, declined or failed', () => {
    const mapper = { fromWire: rpc.recipeOutcomeFromWire, toWire: rpc.recipeOutcomeToWire };
    const noFile = { manifest: unset, modelDigest: empty, similarity: zero, note: empty };
    checkRoundTrip('RecipeOutcome', { ...mapper, values: { declined: empty, error: empty } });
    const reason = fc.string({ minLength: 1 });
    checkRoundTrip('RecipeOutcome', { ...mapper, values: { ...noFile, declined: reason, error: empty } });
    checkRoundTrip('RecipeOutcome', { ...mapper, values: { ...noFile, declined: empty, error: reason } });
  });

  it('keep every field of a slot group, a worker, the counts of queries, the report of a replica and its shapes', () => {
    checkRoundTrip('SlotGroup', { fromWire: fleet.slotGroupFromWire, toWire: rpc.slotGroupToWire });
    const values = {
      'HardwareClass.id': fc.constant('cpu/x/avx2/3g'),
      'HardwareClass.memoryBytes': fc.integer({ min: 3 * 2 ** 30, max: 4 * 2 ** 30 - 1 }),
    };
    checkRoundTrip('WorkerHello', { fromWire: rpc.workerInfoFromWire, toWire: rpc.workerInfoToWire, values });
    checkRoundTrip('InferCounts', { fromWire: fleet.inferCountsFromWire, toWire: rpc.inferCountsToWire });
    checkRoundTrip('ObservedShapes', { fromWire: rpc.observedFromWire, toWire: rpc.observedToWire });
    checkRoundTrip('ReplicaReport', { fromWire: rpc.replicaReportFromWire, toWire: rpc.replicaReportToWire });
  });
});
