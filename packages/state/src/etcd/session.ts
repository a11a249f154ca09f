// Reads of etcd that validate each response against the known history. When a response proves another history, the first process
// that notices gives it a new epoch, and the others use that epoch.

import { ParetoError, type Clock } from '@pareto/core';
import type { IRangeRequest } from 'etcd3';
import { epochKey, identify, renewIdentity, type StoreLocation } from '../identity.js';
import type { Revision } from '../store.js';
import type { Member } from './member.js';
import { createHistory, type Header, type History } from './history.js';
import type { RawAccess, RawResponse } from './raw-access.js';

export interface EtcdResponse extends RawResponse {
  /** Generation of the history that the response belongs to. */
  readonly generation: number;
}

export interface Session {
  readonly history: History;
  /** Makes a linearizable read from the history that is current when it returns. */
  range(request: IRangeRequest): Promise<EtcdResponse>;
  /** Checks that the history is current, and begins another if not. Returns the member that responded and its revision. */
  verify(): Promise<{ readonly member: Member; readonly revision: Revision }>;
  /** Ends the history of a generation and begins the next one, unless that was done already. */
  renewAfter(generation: number): Promise<void>;
}

export interface SessionOptions {
  readonly clock: Clock;
  readonly onNotice: (message: string, fields: Readonly<Record<string, unknown>>) => void;
}

/** Starts a session. Creates the store's epoch if it has none. */
export async function startSession(raw: RawAccess, location: StoreLocation, options: SessionOptions): Promise<Session> {
  const epochRequest = { key: raw.keys.full(epochKey) };
  const headerNow = async (): Promise<Header> => (await raw.range(epochRequest)).header;
  const history = createHistory(await identify(raw, location), await headerNow(), options.clock);
  let renewal: Promise<void> | undefined;

  const renew = async (): Promise<void> => {
    const before = history.epoch;
    const epoch = await renewIdentity(raw, before, location);
    history.begin(epoch, await headerNow());
    options.onNotice('store was wiped or restored', { epoch, before });
  };
  const renewAfter = async (generation: number): Promise<void> => {
    if (generation !== history.generation) return;
    renewal ??= renew().finally(() => (renewal = undefined));
    await renewal;
  };
  const range = async (request: IRangeRequest): Promise<EtcdResponse> => {
    for (let tries = 0; tries < 5; tries += 1) {
      const mark = history.mark();
      const response = await raw.range(request);
      if (history.agrees(mark, response.header) && response.epoch === history.epoch) {
        history.recordResponse(mark, response.header);
        return { ...response, generation: mark.generation };
      }
      await renewAfter(mark.generation);
    }
    throw new ParetoError('unavailable', 'the history of the store changed five times during one read: retry');
  };
  return {
    history,
    range,
    renewAfter,
    async verify() {
      const { member, header } = await range(epochRequest);
      return { member, revision: Number(header.revision) };
    },
  };
}
