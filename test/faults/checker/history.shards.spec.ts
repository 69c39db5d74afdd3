import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ShardedHistory } from './history.shards';
import { Shards } from './shards';

const PARTS = 4;
const ATTEMPTS = Array.from({ length: 12 }, (_, nth) => `attempt-${nth}`);

describe('a history in parts', () => {
  const folder = mkdtempSync(join(tmpdir(), 'petabakat-shards-'));
  const file = join(folder, 'history.jsonl');
  let parts: Awaited<ReturnType<ShardedHistory['part']>>[] = [];

  beforeAll(async () => {
    const lines: object[] = [{ phase: 'run', seed: 1, commit: '', startedMs: 0, log: 'postgres', publicKeys: [] }];
    for (const attemptId of ATTEMPTS) {
      const login = { kind: 'login', op: `login ${attemptId}`, atMs: 1 };
      lines.push({ ...login, phase: 'intent', try: 1, participantNumber: attemptId });
      lines.push({ ...login, phase: 'outcome', try: 1, outcome: 'unknown', code: 'timeout' });
      lines.push({ ...login, phase: 'intent', try: 2, participantNumber: attemptId });
      lines.push({ ...login, phase: 'outcome', try: 2, outcome: 'ok', code: '200', reply: { attemptId } });
      const answer = { kind: 'answer', op: `answer ${attemptId}`, atMs: 2 };
      lines.push({ ...answer, phase: 'intent', try: 1, attemptId, seq: 1, itemId: 'i', response: 'A' });
      lines.push({ ...answer, phase: 'intent', try: 2, attemptId, seq: 1, itemId: 'i', response: 'A' });
      lines.push({ ...answer, phase: 'outcome', try: 2, outcome: 'ok', code: '202' });
      lines.push({ ...answer, phase: 'outcome', try: 1, outcome: 'unknown', code: 'ECONNRESET' });
    }
    lines.push({ phase: 'fault', atMs: 3, name: 'kill', step: 'inject' }, { phase: 'end', atMs: 9 });
    writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const history = await ShardedHistory.split(file, folder, new Shards(PARTS));
    parts = await Promise.all(Array.from({ length: PARTS }, (_, shard) => history.part(shard)));
  });

  afterAll(() => rmSync(folder, { recursive: true }));

  test('holds every operation once, whole', () => {
    const operations = parts.flatMap((part) => part.operations);
    expect(operations).toHaveLength(2 * ATTEMPTS.length);
    for (const { tries, outcome } of operations) {
      expect(outcome).toBe('ok');
      expect(tries.map((one) => one.outcome?.outcome)).toEqual(['unknown', 'ok']);
    }
  });

  test('keeps the login beside the answers of its attempt, which only its reply names', () => {
    for (const { operations } of parts) {
      const named = (kind: string) =>
        new Set(operations.filter((one) => one.kind === kind).map(({ op }) => op.split(' ')[1]));
      expect(named('login')).toEqual(named('answer'));
    }
    expect(parts.filter(({ operations }) => operations.length > 0).length).toBeGreaterThan(1);
  });

  test('tells every part of the run, its faults and its end', () => {
    for (const { run, faults, endedMs } of parts) {
      expect(run?.seed).toBe(1);
      expect(faults).toHaveLength(1);
      expect(endedMs).toBe(9);
    }
  });
});
