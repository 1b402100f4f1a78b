// What one core can multiply at most in a tab. Prints one JSON object: multiply-adds in billions a second.
//
//   node limits.mjs FILE.wasm        the crate in limits/, compiled for wasm32
import { pageWith } from './page.mjs';
import { report } from './scenario.mjs';

const [file] = process.argv.slice(2);
const { page, close } = await pageWith({ links: { 'limits.wasm': file } });
const figures = await page.evaluate(async () => {
  const { instance } = await WebAssembly.instantiateStreaming(fetch('/limits.wasm'), {});
  const { prepare, f32_tile, i16_tile, streamed } = instance.exports;
  prepare();
  const fastest = (run) => {
    let best = 0;
    for (let time = 0; time < 40; time++) {
      for (let shape = 0; ; shape++) {
        const began = performance.now();
        const work = run(shape);
        if (work === 0) break;
        best = Math.max(best, work / (performance.now() - began) / 1e6);
      }
    }
    return best;
  };
  return { f32Tile: fastest(f32_tile), i16Tile: fastest(i16_tile), streamed: fastest(streamed) };
});
await close();
report({ where: 'tab', instructions: 'SIMD128', ...figures });
