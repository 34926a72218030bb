/** One measured number, and the bound that it has to hold where there is one. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  atMost?: number;
}

export function lineOf({ name, value, unit, atMost }: Figure): string {
  const rounded = Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 100) / 100;
  const bound = atMost === undefined ? '' : ` (at most ${atMost}${value > atMost ? ': EXCEEDED' : ''})`;
  return `${name}: ${rounded.toLocaleString('en')} ${unit}${bound}`;
}
