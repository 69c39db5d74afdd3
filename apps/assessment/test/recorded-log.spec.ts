import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { TOPICS, decodeRecord } from '@app/contracts';
import { rootOf } from '../src/attempts/attempt-batch.service';
import { foldRecords } from '../src/attempts/domain/attempt-history';
import { emptyState } from '../src/attempts/domain/attempt-state';

/**
 * Each release records a log and the state that it folded to. They are never edited: a fold that gives something else
 * for a log that exists would change results that have been published.
 */
const FOLDER = join(__dirname, 'recorded');
const LOGS = readdirSync(FOLDER).filter((name) => name.endsWith('.jsonl'));

interface RecordedLine {
  readonly partition: number;
  readonly offset: number;
  readonly key: string;
  readonly value: string;
}

function foldFile(name: string): unknown {
  const lines = readFileSync(join(FOLDER, name), 'utf8')
    .trim()
    .split('\n')
    .map((line): RecordedLine => JSON.parse(line));
  const states = new Map([...new Set(lines.map((line) => line.key))].map((key) => [key, emptyState(key)]));
  const records = lines.map(({ partition, offset, key, value }) => {
    const decoded = decodeRecord(TOPICS.attempts.name, key, value);
    if (!decoded.ok) return { attemptId: key, record: { kind: 'rejected' as const, partition, offset } };
    const { event, name: eventName } = decoded;
    return {
      attemptId: key,
      record: { kind: 'event' as const, partition, offset, id: event.id, name: eventName, data: event.data },
    };
  });
  const { closed } = foldRecords(states, records, rootOf);
  const attempts = [...states.values()].map(({ attemptId, header, answers, current }) => ({
    attemptId,
    header,
    answers: [...answers.values()],
    current: [...current.values()].map(({ itemId, seq }) => ({ itemId, seq })),
  }));
  return { attempts, closed };
}

test('there is a recorded log', () => expect(LOGS.length).toBeGreaterThan(0));

test.each(LOGS)('%s still folds to its recorded state', (name) => {
  const recorded = JSON.parse(readFileSync(join(FOLDER, name.replace('.jsonl', '.state.json')), 'utf8'));
  expect(foldFile(name)).toEqual(recorded);
});
