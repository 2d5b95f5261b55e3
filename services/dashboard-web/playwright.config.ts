import { defineConfig } from "@playwright/test";
import { chromiumPath, LAUNCH_ARGS } from "./e2e/browser.ts";
import { URL_OF_STACK } from "./e2e/stack.ts";

export default defineConfig({
  outputDir: "test-results/output",
  // Bounds against hanging, not measures of speed: a busy machine may take its time.
  timeout: 300_000,
  expect: { timeout: 30_000 },
  workers: 3,
  fullyParallel: true,
  retries: 0,
  // Tests of many minutes stand aside unless they are asked for by name.
  grepInvert: process.env.TRUEUP_LONG ? [] : /@long/,
  forbidOnly: Boolean(process.env.CI),
  reporter: [["list"]],
  use: {
    baseURL: URL_OF_STACK,
    viewport: { width: 1440, height: 900 },
    // A trace is kept of every step until the test has passed: that costs as much as the test, so it is asked for.
    trace: process.env.TRUEUP_TRACE ? "retain-on-failure" : "off",
    screenshot: "only-on-failure",
    launchOptions: { executablePath: await chromiumPath(), args: LAUNCH_ARGS },
  },
  projects: [
    { name: "sign-in", testDir: "e2e", testMatch: "*.setup.ts" },
    { name: "e2e", testDir: "../../tests/e2e", dependencies: ["sign-in"] },
  ],
});
