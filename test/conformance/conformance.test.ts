// The conformance suite: one cluster, tested with requests with known answers, and with independent clients.

import assert from 'node:assert/strict';
import { describeClients } from './clients.js';
import { describeOwn } from './own/own.js';
import { preparePrograms, type Programs } from './programs.js';
import { describeReference } from './reference/reference.js';
import { startFixture, type Fixture } from './fixture.js';

describe('conformance', function () {
  this.timeout(300_000);
  let fixture: Fixture | undefined;
  let programs: Programs | undefined;
  before(async () => {
    [fixture, programs] = await Promise.all([startFixture(), preparePrograms()]);
  });
  after(async () => {
    await fixture?.[Symbol.asyncDispose]();
  });
  const theWorld = (): Fixture => fixture ?? assert.fail('there is no cluster');

  describeReference(theWorld);
  describeOwn(theWorld);
  describeClients(theWorld, () => programs ?? assert.fail('nothing was prepared'));
});
