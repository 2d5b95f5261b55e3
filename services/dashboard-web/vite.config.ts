import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { mockApi } from "./tests/mock-api/plugin.ts";

// A running stack answers what the page asks; its address can be set.
const api = { "/api": process.env.TRUEUP_URL ?? "http://127.0.0.1:8080" };

export default defineConfig(({ mode }) => ({
  plugins: [react(), mode === "mock" ? mockApi() : null],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  server: {
    host: "127.0.0.1",
    port: 5173,
    proxy: mode === "mock" ? {} : api,
  },
  preview: { host: "127.0.0.1", port: 5174, proxy: api },
  build: {
    target: "es2022",
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    // scripts/budget.mjs judges sizes, gzipped.
    chunkSizeWarningLimit: 1000,
    modulePreload: { polyfill: false },
  },
  test: {
    environment: "happy-dom",
    include: ["tests/**/*.test.{ts,tsx}"],
    setupFiles: ["tests/setup.ts"],
    restoreMocks: true,
    testTimeout: 30_000,
    // All cores: the default leaves one to somebody who watches.
    maxWorkers: "100%",
    env: { TZ: "UTC", DEBUG_PRINT_LIMIT: "0" },
  },
}));
