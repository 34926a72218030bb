export default async function globalTeardown() {
  const { stopParts } = await import('./parts.ts');
  await stopParts();
}
