import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

// Chromium 109 is the last for Windows 7 and the base of the government browsers.
export default defineConfig({
  root: 'web',
  plugins: [react()],
  build: { outDir: '../dist/web', emptyOutDir: true, target: 'chrome109', chunkSizeWarningLimit: 2500 },
  server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
})
