import type { FaultLine } from '../../load/history/history.format';
import type { HistoryEvidence, Operation } from '../checker/evidence';
import { refusalsDuring } from './history.questions';

const FAULT: FaultLine[] = [
  { phase: 'fault', atMs: 1_000, name: 'redis-gone', step: 'inject' },
  { phase: 'fault', atMs: 2_000, name: 'redis-gone', step: 'heal' },
];

/** One hundred answers before the fault and one hundred under it, of which so many end with a code. */
function historyWith(before: readonly string[], during: readonly string[]): HistoryEvidence {
  const answers = (codes: readonly string[], atMs: number) =>
    Array.from({ length: 100 }, (_, nth) => answerSent(atMs, codes[nth] ?? 'receipt'));
  const operations = [...answers(before, 500), ...answers(during, 1_500)];
  return { run: null, operations, faults: FAULT, endedMs: 3_000 };
}

function answerSent(atMs: number, code: string): Operation {
  const one = { op: `${atMs} ${code}`, kind: 'answer', try: 1 } as const;
  const outcome = code === 'receipt' ? 'ok' : 'fail';
  const intent = { ...one, phase: 'intent', atMs, intendedMs: atMs, gateway: 'http://127.0.0.1' } as const;
  return { ...one, outcome, tries: [{ intent, outcome: { ...one, phase: 'outcome', atMs, outcome, code } }] };
}

const busy = (count: number) => Array<string>(count).fill('answer.overloaded');

test('as busy a machine as without the fault is no problem', () => {
  expect(refusalsDuring(historyWith(busy(4), busy(5)))).toEqual([]);
});

test('a busier machine under the fault is one', () => {
  const expected = ['6.0 % were refused as overload under the fault, 4.0 % without it'];
  expect(refusalsDuring(historyWith(busy(4), busy(6)))).toEqual(expected);
});

test('any other refusal under the fault is one, and none before it', () => {
  const problems = refusalsDuring(historyWith(['answer.not-appended'], ['answer.not-appended']));
  expect(problems).toEqual(['answer 1500 answer.not-appended was not acknowledged (answer.not-appended)']);
});
