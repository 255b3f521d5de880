/**
 * The colours of labels as the API writes them. Each is drawn by a token of its own, `--label-1` to `--label-16`, whose
 * contrast is proved in both themes; what is written here is the light one of the pair.
 */
export const LABEL_COLOURS = [
  '#b91c1c',
  '#b33c0b',
  '#935a06',
  '#854d0e',
  '#47730b',
  '#14783a',
  '#047857',
  '#0f766e',
  '#0d6e8a',
  '#0369a1',
  '#1d4ed8',
  '#4338ca',
  '#6d28d9',
  '#a21caf',
  '#be185d',
  '#475569',
] as const;

const GREY = LABEL_COLOURS.length;

/** The number of the token that draws a colour: its own, or of a colour that is not ours the nearest one. */
export function labelToken(colour: string): number {
  const wanted = parts(colour);
  if (wanted === null) return GREY;
  const distances = LABEL_COLOURS.map((known) => distance(wanted, parts(known) ?? wanted));
  return distances.indexOf(Math.min(...distances)) + 1;
}

export const labelPaint = (colour: string): string => `var(--label-${labelToken(colour)})`;

type Rgb = readonly [number, number, number];

function parts(colour: string): Rgb | null {
  const found = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(colour);
  if (!found) return null;
  const [r = 0, g = 0, b = 0] = found.slice(1).map((pair) => Number.parseInt(pair, 16));
  return [r, g, b];
}

/** By hue first, since a pale red is rather red than grey; greys by their lightness alone. */
function distance(a: Rgb, b: Rgb): number {
  const [x, y] = [hueOf(a), hueOf(b)];
  if (x === null || y === null) return x === y ? 0 : 1000;
  const turn = Math.abs(x - y);
  return Math.min(turn, 360 - turn) + Math.abs(Math.max(...a) - Math.max(...b)) / 255;
}

/** In degrees; null for what is as good as grey. */
function hueOf([r, g, b]: Rgb): number | null {
  const [high, low] = [Math.max(r, g, b), Math.min(r, g, b)];
  const span = high - low;
  if (span < 40) return null;
  const turn = high === r ? (g - b) / span : high === g ? 2 + (b - r) / span : 4 + (r - g) / span;
  return (turn * 60 + 360) % 360;
}
