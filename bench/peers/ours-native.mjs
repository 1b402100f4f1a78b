// This project's program. Prints one JSON object.
//
//   node ours-native.mjs PROGRAM FILE.gguf THREADS
import { execFileSync } from 'node:child_process';
import { eleven, question, report } from './scenario.mjs';

const [program, file, threads] = process.argv.slice(2);
const args = ['bench', '--throughput', '--model', file, '--tools', eleven, '--query', question(1)];
const env = { ...process.env, RAYON_NUM_THREADS: threads };
const figures = JSON.parse(execFileSync(program, args, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }));
report({
  load: figures.load,
  promptTokens: 512,
  prefill: figures.prefill,
  decode: figures.decode,
  menuTokens: figures.menu,
  questionTokens: figures.question,
  first: figures.first_token,
  peak: figures.peak_memory,
  exampleMenuTokens: figures.example_menu,
  exampleTokens: figures.example,
  step: figures.step,
  trainingPeak: figures.training_peak_memory,
});
