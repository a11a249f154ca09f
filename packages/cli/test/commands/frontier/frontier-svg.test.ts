import assert from 'node:assert/strict';
import fc from 'fast-check';
import { planFrontiers } from '../../../src/commands/frontier/plan-frontiers.js';
import { frontierHtml } from '../../../src/commands/frontier/html-page.js';
import { positionLabels, type Box } from '../../../src/commands/frontier/position-labels.js';
import { frontierSvg } from '../../../src/commands/frontier/frontier-svg.js';
import { element, escapeXml } from '../../../src/commands/frontier/xml.js';
import { digits, fakeVariant } from '../../support/fake-description.js';

/** Returns the number of elements by name. Throws unless they are properly nested. */
function countElements(text: string): ReadonlyMap<string, number> {
  const open: string[] = [];
  const counts = new Map<string, number>();
  for (const [, closing = '', name = '', rest = ''] of text.matchAll(/<(\/?)([a-z]+)((?:\s[^<>]*)?)>/g)) {
    if (closing === '/') assert.equal(open.pop(), name);
    else counts.set(name, (counts.get(name) ?? 0) + 1);
    if (closing === '' && !rest.endsWith('/') && name !== 'meta') open.push(name);
  }
  assert.deepEqual(open, []);
  return counts;
}

const area: Box = { left: 0, top: 0, right: 400, bottom: 300 };
const metrics = { charWidth: 6, height: 12 };

describe('positionLabels', () => {
  it('positions labels within the area, without overlapping obstacles or other labels', () => {
    const point = fc.record({ x: fc.integer({ min: 0, max: 400 }), y: fc.integer({ min: 0, max: 300 }) });
    fc.assert(
      fc.property(fc.array(point, { maxLength: 20 }), (points) => {
        const obstacles = points.map(({ x, y }) => ({ left: x - 4, right: x + 4, top: y - 4, bottom: y + 4 }));
        const requests = points.map((at, i) => ({ ...at, texts: [`${i} cnn-large:int8-static`, String(i)] }));
        const placed = positionLabels(requests, area, obstacles, metrics).filter((label) => label !== undefined);
        placed.forEach(({ box }, i) => {
          assert.ok(box.left >= 0 && box.top >= 0 && box.right <= 400 && box.bottom <= 300);
          for (const other of [...obstacles, ...placed.slice(0, i).map((label) => label.box)]) {
            const apart =
              box.right <= other.left || other.right <= box.left || box.bottom <= other.top || other.bottom <= box.top;
            assert.ok(apart);
          }
        });
      }),
    );
  });

  it('uses the shorter text if there is little room, and no label if there is none', () => {
    const request = { x: 20, y: 6, texts: ['1 cnn-large:original', '1'] };
    const narrow = { left: 0, top: 0, right: 40, bottom: 12 };
    const [label, none] = positionLabels([request, request, request], narrow, [], metrics).slice(1);
    assert.equal(label?.text, '1');
    assert.equal(none, undefined);
    assert.equal(positionLabels([request], { ...narrow, right: 300 }, [], metrics)[0]?.text, '1 cnn-large:original');
  });
});

describe('frontierSvg and frontierHtml', () => {
  const frontiers = planFrontiers(digits, undefined);

  it('draw a self-contained file with every mark and the list of the front', () => {
    const svg = frontierSvg('digits', frontiers);
    assert.ok(countElements(svg).get('svg') === 1);
    const marks = [...svg.matchAll(/class="mark (\w+)"/g)].map(([, kind]) => kind);
    // Two charts of 13 variants each (a 14th is too inaccurate to be drawn), and a legend of three.
    assert.equal(marks.length, 2 * 13 + 3);
    assert.doesNotMatch(svg, /href|url\(|@import/);
    for (const { name } of frontiers[0]?.front ?? [])
      assert.ok(svg.split('\n').some((line) => line.endsWith(`>${name}</text>`)));
    assert.match(svg, /prefers-color-scheme: dark/);
  });

  it('set colours in attributes, and use CSS only for dark mode', () => {
    const svg = frontierSvg('digits', frontiers);
    assert.doesNotMatch(svg, /var\(/);
    const painted = [...svg.matchAll(/<(?:rect|circle|path|line) [^>]*>/g)].map(([tag]) => tag);
    for (const tag of painted) assert.match(tag, / (?:fill|stroke)="(?:#[0-9a-f]{6}|none)"/);
    const [, style = ''] = /<style>([\s\S]*)<\/style>/.exec(svg) ?? [];
    assert.ok(style.indexOf('fill:') > style.indexOf('prefers-color-scheme: dark'));
  });

  it('list all variants in the table of the page', () => {
    const html = frontierHtml('digits', frontiers);
    const counts = countElements(html);
    assert.equal(counts.get('tr'), 1 + digits.variants.length);
    assert.equal(counts.get('svg'), 1);
    assert.match(html, /<tr class="aside">.*mlp-large:fp16.*dominated by mlp-large:int8-dynamic/);
  });

  it('are at most 1,000 pixels wide, and no text of the list overlaps the next', () => {
    const model = 'resnet50-imagenet-finetuned-2026-11-v001';
    const variants = [0.9, 0.95].map((accuracy, i) =>
      fakeVariant({
        name: `${model}:mapped@cpu+no-prepacking${i}`,
        accuracy,
        p50Ms: accuracy,
        costPer1k: accuracy / 1e6,
      }),
    );
    const svg = frontierSvg(model, planFrontiers({ task: digits.task, variants }, undefined));
    const html = frontierHtml(model, planFrontiers({ task: digits.task, variants }, undefined));
    for (const text of [svg, html]) assert.ok(Number(/<svg [^>]* width="(\d+)"/.exec(text)?.[1]) <= 1_000);
    // Lines of the list have a key, a name, an accuracy, a latency aligned at its end, and a cost.
    const lists = [...svg.matchAll(/<text x="(\d+)" y="([\d.]+)"[^>]*>([^<]*)<\/text>/g)];
    const listed = lists.filter(([, , y]) => Number(y) > 400).map(([, x, , text = '']) => ({ x: Number(x), text }));
    assert.equal(listed.length, 2 * 5);
    const [, name, accuracy, p99, cost] = listed;
    const charWidth = 7.2;
    assert.ok((name?.x ?? 0) + (name?.text.length ?? 0) * charWidth < (accuracy?.x ?? 0));
    assert.ok((accuracy?.x ?? 0) + (accuracy?.text.length ?? 0) * charWidth < (p99?.x ?? 0) - 8 * charWidth);
    assert.ok((cost?.x ?? 0) + (cost?.text.length ?? 0) * charWidth < 968);
  });

  it('escape names', () => {
    const name = '<script>alert(1)</script>"&\'';
    const variant = fakeVariant({ name: 'a:original', hardwareClass: name, accuracy: 0.9 });
    const hostile = planFrontiers({ task: digits.task, variants: [{ ...variant, name }] }, undefined);
    for (const text of [frontierSvg(name, hostile), frontierHtml(name, hostile)]) {
      assert.doesNotMatch(text, /<script/);
      assert.ok(text.includes('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&amp;&#39;'));
    }
    assert.equal(element('g', { title: '"><b>' }), '<g title="&quot;&gt;&lt;b&gt;"/>');
    assert.equal(escapeXml('a & b'), 'a &amp; b');
  });
});
