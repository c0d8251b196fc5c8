import { defineConfig } from "vitest/config";

// How fast the guidance runs: `npm run speed`, on a machine that does nothing else.
export default defineConfig({ test: { include: ["e2e/speed.ts"], testTimeout: 240_000, hookTimeout: 120_000 } });
