// The page of a flame graph: one file that needs no network.

import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { pruneFlame, sumByKind, type Flame } from './flame.js';
import { frameKinds, type Frame, type FrameKind } from './frames.js';
import { escapeHtml, formatNumber, renderPage } from './html.js';

export interface FlamePage {
  readonly title: string;
  /** Explanation above the graph. */
  readonly text: string;
  readonly unit: 'µs' | 'B';
  readonly flame: Flame;
}

/** Frames below this share of the whole are not drawn. */
const minShare = 0.0005;

const kinds: Readonly<Record<FrameKind, { readonly label: string; readonly colour: string }>> = {
  pareto: { label: 'Pareto', colour: '#f5b26b' },
  library: { label: 'npm packages', colour: '#8fbce6' },
  node: { label: 'JavaScript of Node', colour: '#9fd39a' },
  native: { label: 'native code', colour: '#c9c9c9' },
  gc: { label: 'garbage collection', colour: '#e79292' },
};

const pageStyle = `
  body { max-width: none; }
  .legend span { border-radius: 3px; color: #1f2328; margin-right: 8px; padding: 2px 8px; }
  .bar { background: var(--ground); padding: 6px 0; position: sticky; top: 0; }
  #search { width: 22em; }
  #details { font: 13px/1.5 ui-monospace, monospace; margin: 6px 0; min-height: 3em; overflow: hidden; }
  #graph { min-height: 60vh; }
  .d3-flame-graph rect { fill-opacity: 1; stroke: var(--ground); }
`;

/** Creates a function that renders pages. Bundles their script once. */
export async function createFlameRenderer(): Promise<(page: FlamePage) => string> {
  const { script, style } = await bundleScript();
  return ({ title, text, unit, flame }) => {
    const data = {
      unit,
      colours: frameKinds.map((kind) => kinds[kind].colour),
      ...encodeFlame(pruneFlame(flame, minShare)),
    };
    const body = [
      `<a href="../index.html">all processes</a><h1>${escapeHtml(title)}</h1><p>${escapeHtml(text)}</p>`,
      `<p class="legend">${renderLegend(flame)}</p>`,
      '<div class="bar"><input id="search" type="search" placeholder="search functions and files">',
      '<button id="reset">reset zoom</button><pre id="details"></pre></div>',
      '<div id="graph"></div>',
      // "<" could begin the end of the script.
      `<script type="application/json" id="data">${JSON.stringify(data).replaceAll('<', '\\u003c')}</script>`,
      `<script>${script}</script>`,
    ];
    return renderPage({ title, style: style + pageStyle, body: body.join('\n') });
  };
}

function renderLegend(flame: Flame): string {
  const sums = sumByKind(flame);
  return frameKinds
    .map(
      (kind) =>
        `<span style="background: ${kinds[kind].colour}">${kinds[kind].label} ${share(sums[kind], flame)}</span>`,
    )
    .join('');
}

const share = (value: number, { total }: Flame): string => `${formatNumber((100 * value) / total)} %`;

/** Index of a frame, its value per request, and the frames of the functions that it called. */
type Node = readonly [frame: number, value: number, children?: readonly Node[]];
/** Name, position, and index of the kind. */
type EncodedFrame = readonly [name: string, at: string, kind: number];

/** Returns the data of the page, with each frame once. */
export function encodeFlame(flame: Flame): { readonly frames: readonly EncodedFrame[]; readonly root: Node } {
  const frames: EncodedFrame[] = [];
  const indexes = new Map<string, number>();
  const indexOf = ({ name, at, kind }: Frame): number => {
    const key = `${name} ${at}`;
    const known = indexes.get(key);
    if (known !== undefined) return known;
    indexes.set(key, frames.length);
    return frames.push([name, at, frameKinds.indexOf(kind)]) - 1;
  };
  const encode = ({ frame, total, children }: Flame): Node => {
    const head = [indexOf(frame), Number(total.toPrecision(5))] as const;
    return children.length === 0 ? head : [...head, children.map(encode)];
  };
  const root = encode(flame);
  return { frames, root };
}

async function bundleScript(): Promise<{ readonly script: string; readonly style: string }> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('page/flame-graph.mjs', import.meta.url))],
    ...{ bundle: true, write: false, format: 'iife', outdir: 'unused', legalComments: 'none' },
    // d3-flame-graph recognises its nodes by the name of their class.
    ...{ minifyWhitespace: true, minifySyntax: true },
  });
  const read = (end: string): string => outputFiles.find(({ path }) => path.endsWith(end))?.text ?? '';
  return { script: read('.js').replaceAll('</script', '<\\/script'), style: read('.css') };
}
