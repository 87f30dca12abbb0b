import { defineConfig } from 'vite'

/** Builds what the browser loads: one script and one style, named by their content. The server reads the manifest. */
export default defineConfig({
  publicDir: false,
  build: {
    outDir: 'dist/web',
    emptyOutDir: true,
    manifest: 'manifest.json',
    modulePreload: false,
    assetsInlineLimit: 0,
    target: 'es2022',
    rollupOptions: { input: 'web/main.tsx' },
  },
})
