import { defineConfig } from "vitest/config";

// What is measured and not only tested: `npm run speed`, on a machine that does
// nothing else, and `npm run agree`.
export default defineConfig({ test: { include: ["e2e/speed.ts", "e2e/agree.ts"], testTimeout: 3_600_000, hookTimeout: 3_600_000 } });
