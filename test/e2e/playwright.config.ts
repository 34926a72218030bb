import { defineConfig } from '@playwright/test';

/** Debian's Chromium, or the one at `CHROMIUM_PATH`; the stack is that of `npm start`, with a data directory of its own. */
export default defineConfig({
  testDir: '.',
  outputDir: '../../test-results',
  globalSetup: './stack.ts',
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  reporter: 'list',
  use: {
    launchOptions: {
      executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'],
    },
    viewport: { width: 1200, height: 800 },
    trace: 'retain-on-failure',
  },
});
