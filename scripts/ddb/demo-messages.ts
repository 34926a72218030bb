export interface DemoLine {
  from: 'andrewbrown' | 'bayko' | 'londo';
  body: string;
}
export const andrewAndBayko: DemoLine[] = Array.from({ length: 120 }, (_, i) => ({
  from: i % 2 ? 'bayko' : 'andrewbrown',
  body: `line ${i}`,
}));
export const andrewAndLondo: DemoLine[] = [
  { from: 'andrewbrown', body: 'Hi' },
  { from: 'londo', body: 'Hello' },
];
