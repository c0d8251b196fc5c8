import { defineConfig } from "vitest/config";

// The browser test: the real page in Debian's Chromium against the real binary.
// Each file has a browser and a server of its own, one after the other.
export default defineConfig({
  test: {
    include: ["e2e/**/*.test.ts"],
    fileParallelism: false,
    testTimeout: 240_000,
    hookTimeout: 120_000,
    passWithNoTests: false,
  },
});
