import { defineConfig } from "vitest/config";

// Not a test: `npm run screens` makes the pictures of docs/screens.
export default defineConfig({
  test: { include: ["e2e/screens/*.screens.ts"], fileParallelism: false, testTimeout: 600_000, hookTimeout: 300_000 },
});
