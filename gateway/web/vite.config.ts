import { fileURLToPath } from 'node:url';

import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';

// `npm run dev` talks to a gateway that runs already, such as that of `make run`.
const gateway = process.env['SHIMING_GATEWAY'] ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [vue()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: { proxy: { '/api': { target: gateway } } },
  build: {
    target: 'es2020',
    // Nothing is inlined, so that the pages live under a strict Content-Security-Policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // What the pages share travels in a few files: a phone on a slow network pays for every request.
        codeSplitting: {
          groups: [
            { name: 'vendor', test: /node_modules\/(@vue|vue|vue-router)\//, priority: 3 },
            { name: 'vant', test: /node_modules\/(@vant|vant)\/(?!.*\/(date-picker|picker|picker-group|tab|tabs|swipe|swipe-item|sticky)\/)/, priority: 3 },
            { name: 'core', test: /src\/(api|words\/reasons|components\/(AppIcon|AppButton|icons|shell|state)|forms\/(format|identifiers|next)|composables\/use(Session|Live|Care|Confirm|Notice|FocusTrap|Task|Countdown|List|Codes))/, priority: 2.5 },
            { name: 'fields', test: /src\/(components\/field\/(?!DateWheels)|forms\/rules|composables\/(useForm|useSmsCode))/, priority: 2 },
            { name: 'face', test: /src\/(components\/(capture|flow\/Face|illustration\/Picture(Action|Tip|Face))|capture|composables\/use(FaceFlow|Camera|Guide|Voice)|words\/(capture|failure|liveness|tips))/, priority: 2 },
            { name: 'flow', test: /src\/components\/flow\//, priority: 1 },
          ],
        },
      },
    },
  },
  test: { environment: 'happy-dom', include: ['src/**/*.test.ts'] },
});
