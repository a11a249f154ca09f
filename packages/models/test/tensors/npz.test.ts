import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ParetoError } from '@pareto/core';
import { createTempFolder, floats, writeNpz, type TempFolder } from '@pareto/testkit';
import fc from 'fast-check';
import { readNpz, readNpzRows, sliceRows, toNumbers } from '../../src/index.js';
import { toTexts } from '../../src/tensors/texts.js';

const digits = fileURLToPath(new URL('../../../../examples/digits/validation.npz', import.meta.url));
describe('readNpz', () => {
  let folder: TempFolder;
  before(async () => void (folder = await createTempFolder()));
  after(() => folder[Symbol.asyncDispose]());

  async function saved(content: Parameters<typeof writeNpz>[0] | Uint8Array): Promise<string> {
    const file = folder.file('set.npz');
    await writeFile(file, content instanceof Uint8Array ? content : writeNpz(content));
    return file;
  }

  it('reads the validation set of the digits example', async () => {
    const arrays = await readNpz(digits);
    assert.deepEqual(arrays.get('image')?.dims, [2000, 1, 28, 28]);
    const labels = toNumbers(arrays.get('label') ?? assert.fail());
    assert.equal(labels.length, 2000);
    assert.ok(Array.from(labels).every((label) => label >= 0 && label <= 9));
  });

  it('returns arrays that can be sliced into rows', async () => {
    const x = (await readNpz(await saved({ x: floats([3, 2], [1, 2, 3, 4, 5, 6]) }))).get('x') ?? assert.fail();
    assert.deepEqual([...Array.from(toNumbers(sliceRows(x, 1, 3)))], [3, 4, 5, 6]);
    assert.deepEqual(sliceRows(x, 1, 3).dims, [2, 2]);
  });

  it('reads the first rows of one array, without unpacking the others', async () => {
    const image = (await readNpz(digits)).get('image') ?? assert.fail();
    for (const rows of [0, 1, 6, 40, 2000, 3000, Infinity])
      assert.deepEqual(await readNpzRows(digits, 'image', rows), sliceRows(image, 0, Math.min(rows, 2000)));
    assert.equal(await readNpzRows(digits, 'none', 1), undefined);
    const archive = Buffer.from(writeNpz({ x: floats([3], [1, 2, 3]), bad: { ...floats([1], [1]), descr: '|O' } }));
    const file = await saved(archive);
    assert.deepEqual((await readNpzRows(file, 'x', 2))?.dims, [2]);
    await assert.rejects(readNpzRows(file, 'bad', 1), { message: /^array bad: its type is/ });
  });

  it('reads text', async () => {
    const wide = Buffer.from(
      Uint32Array.from(Array.from('zwölf\0\0𝄞a\0\0\0\0\0', (character) => character.codePointAt(0) ?? 0)).buffer,
    );
    const arrays = await readNpz(
      await saved({
        u: { descr: '<U7', dims: [2], data: wide },
        s: { descr: '|S3', dims: [2, 1], data: Buffer.from('abcd\0\0') },
      }),
    );
    const [u, s] = [arrays.get('u') ?? assert.fail(), arrays.get('s') ?? assert.fail()];
    assert.deepEqual([u.datatype, u.dims, toTexts(u)], ['BYTES', [2], ['zwölf', '𝄞a']]);
    assert.deepEqual([s.datatype, s.dims, toTexts(s)], ['BYTES', [2, 1], ['abc', 'd']]);
  });

  const bad: readonly [string, Parameters<typeof writeNpz>[0] | Uint8Array, RegExp][] = [
    ['a file that is not an archive', Buffer.from('hello'), /the NPZ file can't be read/],
    [
      'Fortran order',
      { x: { ...floats([2, 2], [1, 2, 3, 4]), fortranOrder: true } },
      /array x: it is in Fortran order.*ascontiguousarray/,
    ],
    ['complex numbers', { x: { descr: '<c8', dims: [1], data: new Uint8Array(8) } }, /its type is <c8/],
    ['big-endian numbers', { x: { descr: '>f4', dims: [1], data: new Uint8Array(4) } }, /newbyteorder\('<'\)/],
    [
      'objects',
      { x: { descr: '|O', dims: [1], data: new Uint8Array(8) } },
      /pickles are not loaded: save texts as numpy.array\(arr.tolist\(\), str\)/,
    ],
    [
      'less text than the shape requires',
      { x: { descr: '<U4', dims: [2], data: new Uint8Array(16) } },
      /expected 32 for <U4/,
    ],
    ['fewer elements than the shape requires', { x: floats([5], [1, 2]) }, /it holds 8 bytes, expected 20/],
  ];
  for (const [what, content, why] of bad) {
    it(`rejects ${what}`, async () => {
      await assert.rejects(readNpz(await saved(content)), { code: 'invalid-argument', message: why });
    });
  }

  it('rejects an archive that is cut short', async () => {
    const whole = writeNpz({ x: floats([64], new Array<number>(64).fill(1)) });
    await assert.rejects(readNpz(await saved(whole.subarray(0, whole.length - 30))), /can't be read/);
  });

  it('rejects an archive that exceeds the limit without unpacking it', async () => {
    const zeros = { descr: '<f4', dims: [2 ** 18], data: new Uint8Array(2 ** 20) };
    const file = await saved({ x: zeros });
    await assert.rejects(
      readNpz(file, { maxBytes: 2 ** 19, maxArrays: 4 }),
      /unpacks to \d+ bytes, the limit is 524288/,
    );
  });

  it('rejects an entry that is larger than it declares', async () => {
    const archive = Buffer.from(writeNpz({ x: { descr: '<f4', dims: [2 ** 18], data: new Uint8Array(2 ** 20) } }));
    archive.writeUInt32LE(1000, archive.lastIndexOf(Buffer.from('PK\x01\x02', 'latin1')) + 24);
    await assert.rejects(readNpz(await saved(archive)), /too many bytes/);
  });

  /** Returns the offset of the only entry in the archive's directory. */
  const entryAt = (archive: Buffer): number => archive.lastIndexOf(Buffer.from('PK\x01\x02', 'latin1'));

  it('rejects an entry that declares more than its content can hold', async () => {
    const archive = Buffer.from(writeNpz({ x: floats([2], [1, 2]) }));
    archive.writeUInt32LE(2 ** 29, entryAt(archive) + 24);
    await assert.rejects(
      readNpz(await saved(archive)),
      /x.npy declares 536870912 bytes, more than its content can hold/,
    );
  });

  it('rejects two names that are the same without their ending', async () => {
    const archive = Buffer.from(writeNpz({ image: floats([1], [1]), y: floats([1], [2]) }));
    const same = archive.toString('latin1').replaceAll('y.npy', 'image');
    await assert.rejects(readNpz(await saved(Buffer.from(same, 'latin1'))), /two arrays with the same name/);
  });

  it('rejects a name that leaves the archive', async () => {
    for (const name of ['../x', '/x']) {
      const error = {
        code: 'invalid-argument',
        message: /the NPZ file can't be read: (invalid relative|absolute) path/,
      };
      await assert.rejects(readNpz(await saved({ [name]: floats([1], [1]) })), error);
    }
  });

  it('stops listing an archive with too many arrays', async () => {
    const many = Object.fromEntries(Array.from({ length: 5 }, (_, index) => [`x${index}`, floats([1], [1])]));
    await assert.rejects(
      readNpz(await saved(many), { maxBytes: 2 ** 20, maxArrays: 4 }),
      /has 5 arrays, the limit is 4/,
    );
  });

  it('parses or rejects a mutated archive', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), value: fc.nat(255) }), {
          minLength: 1,
          maxLength: 4,
        }),
        async (edits) => {
          const archive = Buffer.from(writeNpz({ x: floats([4], [1, 2, 3, 4]), label: floats([2], [0, 1]) }));
          for (const { at, value } of edits) archive[Math.floor(at * (archive.length - 1))] = value;
          try {
            for (const { data } of (await readNpz(await saved(archive))).values())
              assert.ok(data.length <= 5 * archive.length);
          } catch (error) {
            assert.ok(error instanceof ParetoError && error.code === 'invalid-argument', String(error));
          }
        },
      ),
      { numRuns: 300 },
    ));
});
