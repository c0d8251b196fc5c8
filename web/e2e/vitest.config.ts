import { defineConfig } from "vitest/config";

// The browser test: the real page in Debian's Chromium against the real binary.
// Each file has a browser and a server of its own, one after the other. The film
// of a challenge runs at the pace of a clock, which a machine with other work cannot
// always follow: `npm run e2e:film`, on an idle one.
export default defineConfig({
  test: {
    include: process.env.FILM ? ["e2e/challenge.test.ts"] : ["e2e/**/*.test.ts"],
    exclude: process.env.FILM ? [] : ["e2e/challenge.test.ts"],
    fileParallelism: false,
    testTimeout: 240_000,
    hookTimeout: 120_000,
    passWithNoTests: false,
  },
});
