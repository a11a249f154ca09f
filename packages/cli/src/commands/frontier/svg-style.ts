// Style of the SVG images: plain attributes, which every SVG viewer supports, and CSS for dark mode.

const light = { ground: '#ffffff', ink: '#1f2328', faint: '#6e7781', line: '#d8dee4', front: '#0b7a4b' } as const;
const dark: Readonly<Record<Colour, string>> = {
  ground: '#0d1117',
  ink: '#e6edf3',
  faint: '#8d96a0',
  line: '#30363d',
  front: '#3fb97f',
};

type Colour = keyof typeof light;
type Attributes = Readonly<Record<string, string | number>>;

/** Values of the elements' `class` attribute. */
type StyleName =
  | 'picture'
  | 'ground'
  | 'head'
  | 'title'
  | 'faint'
  | 'middle'
  | 'end'
  | 'name'
  | 'label'
  | 'grid'
  | 'axis'
  | 'steps'
  | 'leader'
  | `whisker ${'front' | 'other'}`
  | `mark ${'front' | 'other' | 'aside'}`;

interface Style {
  readonly fill?: Colour | 'none';
  readonly stroke?: Colour;
  /** Attributes that dark mode does not change. */
  readonly other?: Attributes;
}

const styles: Readonly<Record<StyleName, Style>> = {
  picture: {
    fill: 'ink',
    other: { 'font-family': "system-ui, -apple-system, 'Segoe UI', sans-serif", 'font-size': 12 },
  },
  ground: { fill: 'ground' },
  head: { other: { 'font-size': 16, 'font-weight': 600 } },
  title: { other: { 'font-weight': 600 } },
  faint: { fill: 'faint' },
  middle: { other: { 'text-anchor': 'middle' } },
  end: { other: { 'text-anchor': 'end' } },
  name: { fill: 'faint', other: { 'text-anchor': 'middle' } },
  label: {
    fill: 'front',
    stroke: 'ground',
    other: { 'font-size': 11, 'stroke-width': 3, 'paint-order': 'stroke', 'text-anchor': 'middle' },
  },
  grid: { stroke: 'line', other: { 'stroke-width': 1 } },
  axis: { fill: 'none', stroke: 'faint' },
  steps: { fill: 'none', stroke: 'front', other: { 'stroke-width': 1.5, opacity: 0.7 } },
  leader: { stroke: 'faint', other: { 'stroke-width': 0.8 } },
  'whisker front': { fill: 'none', stroke: 'front', other: { 'stroke-width': 1, opacity: 0.6 } },
  'whisker other': { fill: 'none', stroke: 'faint', other: { 'stroke-width': 1, opacity: 0.6 } },
  'mark front': { fill: 'front', stroke: 'ground' },
  'mark other': { fill: 'ground', stroke: 'ink', other: { 'stroke-width': 1.4 } },
  'mark aside': { fill: 'faint', other: { opacity: 0.5 } },
};

/** Returns the class and the attributes in light colours. */
export function styled(name: StyleName): Attributes {
  const { fill, stroke, other } = styles[name];
  return {
    class: name,
    ...(fill === undefined ? {} : { fill: fill === 'none' ? fill : light[fill] }),
    ...(stroke === undefined ? {} : { stroke: light[stroke] }),
    ...other,
  };
}

/** CSS that replaces the light colours in dark mode. Viewers without CSS show the light ones. */
export const darkStyle: string = `
  .picture { color-scheme: light dark; }
  @media (prefers-color-scheme: dark) {
${Object.entries(styles).flatMap(darkRule).join('\n')}
  }
`;

function darkRule([name, { fill, stroke }]: readonly [string, Style]): readonly string[] {
  const properties = [
    ...(fill === undefined || fill === 'none' ? [] : [`fill: ${dark[fill]};`]),
    ...(stroke === undefined ? [] : [`stroke: ${dark[stroke]};`]),
  ];
  const own = `.${name.replaceAll(' ', '.')}`;
  const selector = name === 'picture' ? own : `.picture ${own}`;
  return properties.length === 0 ? [] : [`    ${selector} { ${properties.join(' ')} }`];
}
