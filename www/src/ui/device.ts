import type { AgentReport, BackendReport, Download } from 'autodidact';
import { fact, h, need } from './dom';
import { bytes, compact, count, small } from './format';

const NAMES = { webgpu: 'WebGPU', cpu: 'CPU (WebAssembly)' } as const;

export const backendName = (report: BackendReport): string => NAMES[report.kind];

/** What the agent runs on, and which model; `checked` are its files whose hash was compared. */
export function showDevice(report: AgentReport | null, checked: readonly Download[] = []): void {
  const list = need('device');
  if (!report) return list.replaceChildren(fact('Backend', 'not started'));
  const { backend, model } = report;
  const test = backend.selfTest;
  list.replaceChildren(
    fact('Backend', backendName(backend)),
    fact('Adapter', backend.software ? `${backend.adapter} (in software)` : backend.adapter),
    fact('Why', backend.reason),
    fact('Self-test', test ? `differs by ${small(test.maxDifference)}, ${small(test.tolerance)} allowed` : 'not needed'),
    fact('Model', `${model.name} (${model.family})`),
    fact('Parameters', compact(model.parameters), count(model.parameters)),
    fact('Size', bytes(model.bytes)),
    fact('Context', `${count(model.context)} tokens`),
    fact('Vocabulary', count(model.vocab)),
    fact('Fingerprint', h('code', {}, model.fingerprint)),
    ...checked.map(({ name, hash }) => {
      const one = fact(`SHA-256 of ${name}, checked`, h('code', { class: 'hash' }, hash.replace('sha256-', '')));
      one.classList.add('wide');
      return one;
    }),
  );
}
