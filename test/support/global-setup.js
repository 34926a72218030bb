/** Jest loads this file in a way of its own; what it needs is imported once that is over, by Node's loader. */
export default async function globalSetup() {
  const { startParts } = await import('./parts.ts');
  await startParts();
}
