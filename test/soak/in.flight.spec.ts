import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { killsMet } from './in.flight';

test('a kill met the answers that were sent before it and ended after it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'petabakat-in-flight-'));
  const file = join(folder, 'history.jsonl');
  const answer = (phase: 'intent' | 'outcome', op: string, outcome = 'ok') => {
    return { phase, kind: 'answer', op, try: 1, atMs: 0, outcome };
  };
  const lines = [
    answer('intent', 'done before'),
    answer('outcome', 'done before'),
    answer('intent', 'answered'),
    answer('intent', 'lost'),
    answer('intent', 'never answered'),
    { phase: 'intent', kind: 'read', op: 'a read', try: 1, atMs: 0 },
    { phase: 'fault', atMs: 5, name: 'kill gateway', step: 'inject' },
    answer('outcome', 'answered'),
    answer('outcome', 'lost', 'unknown'),
    { phase: 'fault', atMs: 9, name: 'kill gateway', step: 'heal' },
    answer('intent', 'after'),
    answer('outcome', 'after', 'unknown'),
  ];
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  expect(await killsMet(file)).toEqual([{ atMs: 5, name: 'kill gateway', inFlight: 3, leftUnknown: 1 }]);
  rmSync(folder, { recursive: true });
});
