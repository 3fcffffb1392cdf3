import { fileURLToPath } from 'node:url';

import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';

import { mockGateway } from './dev/plugin';

// `npm run dev` talks to a gateway that runs already; `npm run dev:mock` answers by itself, from memory.
const gateway = process.env['SHIMING_GATEWAY'] ?? 'http://127.0.0.1:8080';

export default defineConfig(({ mode }) => ({
  plugins: [vue(), ...(mode === 'mock' ? [mockGateway()] : [])],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: mode === 'mock' ? {} : { proxy: { '/api': { target: gateway } } },
  build: {
    target: 'es2020',
    // Nothing is inlined, so that the pages live under a strict Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  test: { environment: 'happy-dom', include: ['src/**/*.test.ts'] },
}));
