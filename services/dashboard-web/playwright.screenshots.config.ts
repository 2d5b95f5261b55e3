import { defineConfig } from "@playwright/test";
import base from "./playwright.config.ts";

/** Writes docs/images from a running stack. */
export default defineConfig({
  ...base,
  projects: [
    { name: "sign-in", testDir: "e2e", testMatch: "*.setup.ts" },
    { name: "screenshots", testDir: "e2e", testMatch: "screenshots.ts", dependencies: ["sign-in"] },
  ],
});
