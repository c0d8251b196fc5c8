import preact from "@preact/preset-vite";
import { defineConfig } from "vitest/config";

// The page is embedded in the binary and served under /a/. Nothing is inlined,
// so that the content security policy can forbid inline scripts and styles.
export default defineConfig({
  base: "/a/",
  plugins: [preact()],
  build: {
    outDir: "../internal/applicant/dist",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  test: { include: ["src/**/*.test.ts", "src/**/*.test.tsx"] },
});
