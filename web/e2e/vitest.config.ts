import { defineConfig } from "vitest/config";

// The browser test: the real page in Debian's Chromium against the real binary.
// One file, one browser, one server; nothing is skipped.
export default defineConfig({
  test: {
    include: ["e2e/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    passWithNoTests: false,
  },
});
