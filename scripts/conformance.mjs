// `npm run test:conformance`: sets up, and tests a cluster with the clients of the Open Inference Protocol.
import './require-node.mjs';
import { runSuite } from './run-suite.mjs';

const help = `npm run test:conformance -- [options] [TEXT]
Tests a cluster with clients of the Open Inference Protocol. TEXT selects the tests whose title contains it.
Example: npm run test:conformance -- "perf_analyzer"
`;

await runSuite({ folder: 'conformance', help });
