import { defineConfig } from "vitest/config";

// The script by which other pages show the applicant's, served at /embed/v1.js. What
// is at that address stays compatible; anything else gets another one.
export default defineConfig({
  root: import.meta.dirname,
  build: {
    outDir: "../../internal/applicant/dist/embed",
    emptyOutDir: true,
    lib: { entry: "v1.ts", formats: ["es"], fileName: () => "v1.js" },
  },
});
