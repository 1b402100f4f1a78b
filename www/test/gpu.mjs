/**
 * The npm package on WebGPU, by an adapter in software: it answers as on the CPU, and learns.
 *
 *   npm run build:package && npm run test:package
 *
 * The wasm of the package lacks functions that no call should reach (scripts/unused-code.mjs), and those of the GPU
 * backend are most of them: here each part of the loop runs through what is left.
 */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { bare, beginWith, end, newContext, SOFTWARE_GPU } from './installed.mjs';

before(() => beginWith(...SOFTWARE_GPU));
after(end);

describe('on WebGPU', () => {
  it('the agent is as sure as on the CPU, says the same, and learns', async () => {
    const page = await bare(await newContext());
    const { onCpu, onGpu, learned, backend } = await page.evaluate(async () => {
      const gpu = { backend: 'webgpu', forceSoftwareGpu: true };
      const ask = async (agent, more) => {
        const { answer, uncertainty, training, restored } = await agent.ask(task, { tools, search: false, ...more });
        return { calls: answer.calls, certainty: uncertainty.certainty, losses: training?.losses, restored };
      };
      const agents = [await make(), await make(gpu)];
      const [onCpu, onGpu] = [await ask(agents[0], { learn: 'never' }), await ask(agents[1], { learn: 'never' })];
      const examples = [{ query: 'A timer for 9 minutes, please', calls: [{ name: 'set_timer', arguments: { minutes: 9 } }] }];
      const learned = await ask(agents[1], { learn: 'always', examples, adaptation: { epochs: 1 } });
      const { backend } = agents[1].report;
      for (const agent of agents) agent.dispose();
      return { onCpu, onGpu, learned, backend };
    });
    assert.equal(backend.kind, 'webgpu');
    assert.deepEqual(onGpu.calls, onCpu.calls);
    assert.ok(Math.abs(onGpu.certainty - onCpu.certainty) < 1e-3, `${onGpu.certainty} is not ${onCpu.certainty}`);
    assert.ok(learned.losses.length > 0 && learned.losses.every(Number.isFinite), String(learned.losses));
    assert.ok(learned.restored);
  });
});
