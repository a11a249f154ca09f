// Reads of etcd that validate each response against the known history. When a response proves another history, the store is not
// used until it has its data again, or until a process writes a declared epoch, which all others follow.

import {
  describeLoss,
  ParetoError,
  type Clock,
  type StoreEvidence,
  type StoreIntent,
  type StoreLoss,
  type StoreVerdict,
} from '@pareto/core';
import type { IRangeRequest } from 'etcd3';
import { checkSchema, declareEpoch, epochKey, identify, readIdentity, type StoreLocation } from '../identity.js';
import type { KnownHistory, Revision } from '../store.js';
import type { Member } from './member.js';
import { createHistory, type Header, type History } from './history.js';
import type { RawAccess, RawResponse } from './raw-access.js';

export interface EtcdResponse extends RawResponse {
  /** Generation of the history that the response belongs to. */
  readonly generation: number;
}

export interface Session {
  readonly history: History;
  /** Reason why the store is not used now. Undefined while it has its data. */
  readonly loss: StoreLoss | undefined;
  /** Adds a listener that is called when the store is no longer used. */
  onLoss(listener: (loss: StoreLoss) => void): void;
  /** Makes a linearizable read from the history that is current when it returns. Throws `unavailable` during a loss. */
  range(request: IRangeRequest): Promise<EtcdResponse>;
  /** Checks that the history is current. Returns the member that responded and its revision. Throws as `range`. */
  verify(): Promise<{ readonly member: Member; readonly revision: Revision }>;
  /**
   * Judges the store after a response that contradicts the history of a generation. Begins another history if it was declared,
   * and throws `unavailable` if the store lost data. `isOlder`: the response proves that the store is older.
   */
  review(generation: number, isOlder: boolean): Promise<void>;
}

export interface SessionOptions {
  readonly clock: Clock;
  readonly onNotice: (message: string, fields: Readonly<Record<string, unknown>>) => void;
  readonly judge: (evidence: StoreEvidence) => StoreVerdict;
  /** The history that this process used before its start. Undefined if it has none. */
  readonly known?: KnownHistory | undefined;
  /** Action that the operator started this process for. */
  readonly intent?: StoreIntent | undefined;
}

/** Starts a session. Creates the epoch of a new store. Throws `unavailable` if the store lost data. */
export async function startSession(raw: RawAccess, location: StoreLocation, options: SessionOptions): Promise<Session> {
  const { known, intent, judge, onNotice } = options;
  const epochRequest = { key: raw.keys.full(epochKey) };
  const headerNow = async (): Promise<Header> => (await raw.range(epochRequest)).header;

  /** Judges the store, and carries out the verdict. Returns the epoch to use. */
  const settle = async (evidence: Pick<StoreEvidence, 'known' | 'isOlder' | 'intent'>): Promise<string> => {
    const { epoch: found, isDeclared } = await readIdentity(raw);
    const verdict = judge({ ...evidence, found, isDeclared });
    if (verdict.kind === 'hold') throw new LossError(verdict.loss);
    if (verdict.kind === 'declare') return declareEpoch(raw, found, location);
    if (found === undefined) return identify(raw, location);
    await checkSchema(raw, location);
    return found;
  };

  const isOlder = known !== undefined && Number((await headerNow()).revision) < known.revision;
  const history = createHistory(
    await settle({ known: known?.epoch, isOlder, intent }),
    await headerNow(),
    options.clock,
  );
  const listeners: ((loss: StoreLoss) => void)[] = [];
  let loss: StoreLoss | undefined;
  let reviewing: Promise<void> | undefined;

  const setLoss = (next: StoreLoss | undefined): void => {
    const before = loss;
    if (next === before) return;
    loss = next;
    if (next === undefined) return onNotice('the store has its data again', { before });
    for (const listener of listeners) listener(next);
  };
  const reviewNow = async (older: boolean): Promise<void> => {
    const before = history.epoch;
    try {
      const epoch = await settle({ known: before, isOlder: older, intent: undefined });
      if (epoch === before) return;
      history.begin(epoch, await headerNow());
      loss = undefined;
      onNotice('store was wiped or restored', { epoch, before });
    } catch (error) {
      if (error instanceof LossError) setLoss(error.loss);
      throw error;
    }
  };
  const review: Session['review'] = async (generation, older) => {
    if (generation !== history.generation) return;
    reviewing ??= reviewNow(older).finally(() => (reviewing = undefined));
    await reviewing;
  };
  const range: Session['range'] = async (request) => {
    for (let tries = 0; tries < 5; tries += 1) {
      const mark = history.mark();
      const response = await raw.range(request);
      const agrees = history.agrees(mark, response.header, loss !== undefined);
      if (agrees && response.epoch === history.epoch) {
        setLoss(undefined);
        history.recordResponse(mark, response.header);
        return { ...response, generation: mark.generation };
      }
      await review(mark.generation, !agrees);
    }
    throw new ParetoError('unavailable', 'the history of the store changed five times during one read: retry');
  };
  return {
    history,
    get loss() {
      return loss;
    },
    onLoss: (listener) => void listeners.push(listener),
    range,
    review,
    async verify() {
      const { member, header } = await range(epochRequest);
      return { member, revision: Number(header.revision) };
    },
  };
}

/** Returns the loss that an error of the store reports. Undefined for other errors. */
export const lossOf = (error: unknown): StoreLoss | undefined => (error instanceof LossError ? error.loss : undefined);

/** Creates the error of all calls while the store is not used. */
export const lossError = (loss: StoreLoss): ParetoError => new LossError(loss);

class LossError extends ParetoError {
  readonly loss: StoreLoss;

  constructor(loss: StoreLoss) {
    super('unavailable', `${describeLoss(loss)}: it is not used, and nothing was written`);
    this.loss = loss;
  }
}
