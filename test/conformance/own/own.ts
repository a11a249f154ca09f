// Runs our own cases: compares the known part of each answer, and the words of each error.

import assert from 'node:assert/strict';
import { isObject, misses, plain, type Json } from '../compare.js';
import type { Fixture } from '../fixture.js';
import type { OwnCase, OwnCases } from './case.js';
import { classificationCases } from './classification.js';
import { httpCases } from './http.js';
import { refusalCases } from './refusals.js';
import { serverCases } from './server.js';
import { tensorCases } from './tensors.js';

const groups: Readonly<Record<string, OwnCases>> = {
  tensors: tensorCases,
  'wrong requests': refusalCases,
  classification: classificationCases,
  'the server, its models, streams': serverCases,
  HTTP: httpCases,
};

/** Describes the cases, or those that `isChosen` accepts. */
export function describeOwn(fixture: () => Fixture, isChosen: (one: OwnCase) => boolean = () => true): void {
  for (const [group, cases] of Object.entries(groups)) {
    describe(group, () => {
      for (const [name, one] of Object.entries(cases)) {
        if (!isChosen(one)) continue;
        it(name, async () => {
          const answer = await send(fixture(), one);
          const shown = JSON.stringify(answer, undefined, 1).slice(0, 4_000);
          assert.deepEqual(misses(one.gives, plain(answer)), {}, shown);
          const message = messageOf(answer);
          assert.deepEqual(
            (one.names ?? []).filter((part) => !message.includes(part)),
            [],
            shown,
          );
        });
      }
    });
  }
}

async function send(fixture: Fixture, one: OwnCase): Promise<Json> {
  const { grpc } = fixture;
  if ('rpc' in one) return { ...(await grpc.call(one.rpc, one.request)) };
  if ('stream' in one) return { ...(await grpc.stream(one.stream)) };
  const { headers: _, ...answer } = await fixture.http(one.http);
  return answer;
}

/** Returns the error message of a gRPC call or of an HTTP response. */
function messageOf(answer: Json): string {
  if (!isObject(answer)) return '';
  const { message, reply = null } = answer;
  const text = message ?? (isObject(reply) ? reply['error'] : undefined);
  return typeof text === 'string' ? text : '';
}
