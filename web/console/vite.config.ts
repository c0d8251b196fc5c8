import preact from "@preact/preset-vite";
import { defineConfig } from "vitest/config";

// The console, embedded in the binary like the applicant's page and served under
// /console/. Nothing is inlined, for the content security policy.
export default defineConfig({
  root: import.meta.dirname,
  base: "/console/",
  plugins: [preact()],
  build: {
    outDir: "../../internal/console/dist",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
