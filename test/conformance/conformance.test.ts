// The conformance suite: one cluster, asked by requests whose answers are known, and by clients that nobody here wrote.

import assert from 'node:assert/strict';
import { describeClients } from './clients.js';
import { describeOwn } from './own/own.js';
import { preparePrograms, type Programs } from './programs.js';
import { describeReference } from './reference/reference.js';
import { startWorld, type World } from './world.js';

describe('conformance', function () {
  this.timeout(300_000);
  let world: World | undefined;
  let programs: Programs | undefined;
  before(async () => {
    [world, programs] = await Promise.all([startWorld(), preparePrograms()]);
  });
  after(async () => {
    await world?.[Symbol.asyncDispose]();
  });
  const theWorld = (): World => world ?? assert.fail('there is no cluster');

  describeReference(theWorld);
  describeOwn(theWorld);
  describeClients(theWorld, () => programs ?? assert.fail('nothing was prepared'));
});
