// The examples of RFC 7541, Appendix C: blocks that follow each other on a connection, and the fields of each.

interface Example {
  readonly title: string;
  /** Block that sets the table size, unless it is the default. */
  readonly resize?: string;
  /** Set if the encoder chooses the same representation. */
  readonly isEncoded?: boolean;
  readonly blocks: readonly (readonly [hex: string, fields: readonly string[]])[];
}

const first = [':method', 'GET', ':scheme', 'http', ':path', '/', ':authority', 'www.example.com'];
const second = [...first, 'cache-control', 'no-cache'];
const third = [
  ...[':method', 'GET', ':scheme', 'https', ':path', '/index.html'],
  ...[':authority', 'www.example.com', 'custom-key', 'custom-value'],
];
const rest = ['location', 'https://www.example.com'];
const dated = ['cache-control', 'private', 'date', 'Mon, 21 Oct 2013 20:13:21 GMT', ...rest];
const cookie = [
  ...[':status', '200', 'cache-control', 'private', 'date', 'Mon, 21 Oct 2013 20:13:22 GMT', ...rest],
  ...['content-encoding', 'gzip', 'set-cookie', 'foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1'],
];

export const rfcExamples: readonly Example[] = [
  {
    title: 'C.2.1: a literal with indexing',
    blocks: [['400a637573746f6d2d6b65790d637573746f6d2d686561646572', ['custom-key', 'custom-header']]],
  },
  {
    title: 'C.2.2: a literal without indexing',
    blocks: [['040c2f73616d706c652f70617468', [':path', '/sample/path']]],
  },
  {
    title: 'C.2.3: a literal that is never indexed',
    blocks: [['100870617373776f726406736563726574', ['password', 'secret']]],
  },
  { title: 'C.2.4: an indexed field', blocks: [['82', [':method', 'GET']]] },
  {
    title: 'C.3: requests',
    isEncoded: true,
    blocks: [
      ['828684410f7777772e6578616d706c652e636f6d', first],
      ['828684be58086e6f2d6361636865', second],
      ['828785bf400a637573746f6d2d6b65790c637573746f6d2d76616c7565', third],
    ],
  },
  {
    title: 'C.4: requests with a Huffman code',
    blocks: [
      ['828684418cf1e3c2e5f23a6ba0ab90f4ff', first],
      ['828684be5886a8eb10649cbf', second],
      ['828785bf408825a849e95ba97d7f8925a849e95bb8e8b4bf', third],
    ],
  },
  {
    title: 'C.5: responses',
    resize: '3fe101',
    blocks: [
      [
        '4803333032580770726976617465611d4d6f6e2c203231204f637420323031332032303a31333a323120474d54' +
          '6e1768747470733a2f2f7777772e6578616d706c652e636f6d',
        [':status', '302', ...dated],
      ],
      ['4803333037c1c0bf', [':status', '307', ...dated]],
      [
        '88c1611d4d6f6e2c203231204f637420323031332032303a31333a323220474d54c05a04677a69707738' +
          '666f6f3d4153444a4b48514b425a584f5157454f50495541585157454f49553b206d61782d6167653d333630303b2076657273696f6e3d31',
        cookie,
      ],
    ],
  },
  {
    title: 'C.6: responses with a Huffman code',
    resize: '3fe101',
    blocks: [
      [
        '488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff6e919d29ad171863c78f0b97c8e9ae82ae43d3',
        [':status', '302', ...dated],
      ],
      ['4883640effc1c0bf', [':status', '307', ...dated]],
      [
        '88c16196d07abe941054d444a8200595040b8166e084a62d1bffc05a839bd9ab77ad94e7821dd7f2e6c7b335dfdfcd5b3960' +
          'd5af27087f3672c1ab270fb5291f9587316065c003ed4ee5b1063d5007',
        cookie,
      ],
    ],
  },
];
