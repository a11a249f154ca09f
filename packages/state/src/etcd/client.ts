// A client of all members of an etcd cluster: sends each call to the member that responded last, and retries on another.

import { isDeepStrictEqual } from 'node:util';
import type { Etcd3 } from 'etcd3';
import { milliseconds, ParetoError, type Clock } from '@pareto/core';
import { readCallError } from './call-error.js';
import { openMember, readMs, type CallOptions, type EtcdCredentials, type Member, type OpenMember } from './member.js';

export interface EtcdAccess extends EtcdCredentials {
  /** host:port of each member. */
  readonly endpoints: readonly string[];
  /** Returns the current credentials. Called when the present ones are rejected. */
  readonly renew?: () => Promise<EtcdCredentials>;
}

interface MemberResponse<T> {
  readonly member: Member;
  readonly response: T;
}

type Call<T> = (etcd: Etcd3, options: CallOptions) => Promise<T>;

/** Client whose methods throw a CallError. */
export interface EtcdClient extends Disposable {
  /** Signal that aborts when the client is closed. */
  readonly closed: AbortSignal;
  /** Returns the options of this client, with the current credentials. */
  access(): EtcdAccess;
  /** Makes an idempotent call, on one member after another for about 3 s. */
  repeat<T>(call: Call<T>): Promise<MemberResponse<T>>;
  /** Makes a call that must not happen twice: retries on another member only if it certainly had no effect. */
  write<T>(call: Call<T>): Promise<T>;
  /** Makes one try on one member, with a timeout of 1 s. */
  once<T>(call: Call<T>): Promise<T>;
  /** Makes one try on each member, with a timeout of 1 s. Returns the error of each that failed. */
  tryEach(call: Call<unknown>): Promise<readonly { readonly endpoint: string; readonly error: unknown }[]>;
  /** Makes later calls try another member first. */
  avoid(member: Member): void;
}

const writeMs = 1_500;
const budgetMs = 3_000;
const pauseMs = milliseconds(200);

export function createEtcdClient(access: EtcdAccess, clock: Clock): EtcdClient {
  const closing = new AbortController();
  let credentials: EtcdCredentials = { tls: access.tls, user: access.user };
  const members = access.endpoints.map((endpoint) => openMember(endpoint, () => credentials, clock));
  let preferred = 0;

  const avoid = (member: Member): void => {
    if (members[preferred] === member) preferred = (preferred + 1) % members.length;
  };
  /** Reads the credentials again and, if they have changed, reconnects to all members. */
  const renewCredentials = async (): Promise<void> => {
    const next = await access.renew?.().catch(() => undefined); // The files may be incomplete during a write.
    if (next === undefined || isDeepStrictEqual(next, credentials)) return;
    credentials = next;
    for (const member of members) member.reopen();
  };
  const attempt = async <T>(
    call: Call<T>,
    timeoutMs: number,
    mayLogIn = true,
    member = members[preferred],
  ): Promise<MemberResponse<T>> => {
    if (closing.signal.aborted || member === undefined) throw new ParetoError('unavailable', 'the store is closed');
    const { etcd } = member;
    let token: string | undefined;
    try {
      token = await loginTo(member);
      return { member, response: await call(etcd, { deadline: clock.wallMs() + timeoutMs }) };
    } catch (error) {
      const failure = readCallError(error);
      const needsLogin = failure.isLoggedOut && credentials.user !== undefined;
      if (needsLogin) member.logout(token);
      if (failure.isAuthFailure) await renewCredentials();
      const hasNewCredentials = member.etcd !== etcd || (needsLogin && mayLogIn);
      if (hasNewCredentials && failure.effect === 'none')
        return attempt(call, timeoutMs, mayLogIn && !needsLogin, member);
      if (failure.mayRetryElsewhere) avoid(member);
      throw failure;
    }
  };
  const tryAll = async <T>(
    call: Call<T>,
    attemptMs: number,
    mayRepeat: (effect: 'none' | 'unknown') => boolean,
  ): Promise<MemberResponse<T>> => {
    const endAt = clock.now() + budgetMs;
    for (let tries = 1; ; tries += 1) {
      try {
        return await attempt(call, Math.min(attemptMs, endAt - clock.now()));
      } catch (error) {
        const { mayRetryElsewhere, effect } = readCallError(error);
        const pause = tries % members.length === 0 ? pauseMs : 0;
        if (!mayRetryElsewhere || !mayRepeat(effect) || clock.now() + pause + pauseMs > endAt) throw error;
        if (pause > 0) await clock.sleep(milliseconds(pause));
      }
    }
  };
  return {
    closed: closing.signal,
    access: () => ({ ...access, ...credentials }),
    avoid,
    repeat: (call) => tryAll(call, readMs, () => true),
    write: async (call) => (await tryAll(call, writeMs, (effect) => effect === 'none')).response,
    tryEach: (call) =>
      Promise.all(
        members.map(async (member) => ({
          endpoint: member.endpoint,
          error: await attempt(call, readMs, true, member).then(
            () => undefined,
            (error: unknown) => error,
          ),
        })),
      ),
    once: async (call) => (await attempt(call, readMs)).response,
    [Symbol.dispose]() {
      closing.abort();
      for (const { etcd } of members) etcd.close();
    },
  };
}

/** Logs in. A failed login has no effect on the store. */
const loginTo = (member: OpenMember): Promise<string | undefined> =>
  member.login().catch((error: unknown) => {
    throw Object.assign(readCallError(error), { effect: 'none' });
  });
