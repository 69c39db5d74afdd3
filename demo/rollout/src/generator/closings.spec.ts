import { type AttemptClosed, TOPICS, decodeRecord } from '@app/contracts';
import { Commitments, commitmentOf, leafOf, merkleRoot } from '@app/receipts';
import { type ClosingsTask, buildClosings } from './closings';

const commitments = new Commitments(Buffer.alloc(32, 7));
const items = Array.from({ length: 32 }, (_, at) => ({ itemId: `i${at + 1}`, key: '1', a: 1.2, b: 0 }));
const startsAtMs = Date.parse('2022-10-05T01:00:00.000Z');
const sitting = (name: string, theta: number) => ({
  attemptId: `attempt-${name}`,
  analyticsId: `person-${name}`,
  agency: 'kemenkeu',
  jobLevel: 'fungsional',
  sessionId: 'session-1',
  theta,
  startsAtMs,
  endsAtMs: startsAtMs + 5_400_000,
  creditedSeconds: 0,
  resumes: 0,
});
const task = (names: readonly string[], theta = 0): ClosingsTask => ({
  seed: 7,
  form: { formId: 'sat12', version: 1, sectionId: 'science', items },
  omittedShare: 0.1,
  sittings: names.map((name) => sitting(name, theta)),
  nextOffsets: [100, 200],
});
const partitionOf = () => 1;
const build = (names: readonly string[], theta = 0) => buildClosings(task(names, theta), commitments, partitionOf);

function closedOf(value: string, key: string): AttemptClosed {
  const decoded = decodeRecord(TOPICS.responses.name, key, value);
  if (!decoded.ok) throw new Error(decoded.detail);
  return decoded.event.data as AttemptClosed;
}

describe('closings of the generator', () => {
  test('keep their contract, and their root is the tree over the answers at the positions counted', () => {
    const { closings, nextOffsets } = build(['a']);
    const closed = closedOf(closings[0]!.record.value, closings[0]!.record.key);
    let offset = 200;
    const leaves = closed.itemIds.flatMap((itemId, at) => {
      const [seq, response] = [closed.seqs[at]!, closed.responses[at]!];
      if (seq === null) return [];
      const { attemptId } = closed;
      const salt = commitments.salt(attemptId, seq);
      const commitment = commitmentOf({ attemptId, itemId, seq, response }, salt);
      const receivedAt = closed.receivedAt[at]!;
      return [leafOf({ attemptId, itemId, seq, commitment, partition: 1, offset: offset++, receivedAt })];
    });
    expect(closed.root).toBe(merkleRoot(leaves));
    expect(leaves).toHaveLength(closed.counts.counted);
    expect(nextOffsets).toEqual([100, offset]);
    expect(closed.itemIds).toHaveLength(32);
  });

  test('are the same whenever they are built, and differ between people', () => {
    expect(build(['a', 'b'])).toEqual(build(['a', 'b']));
    const [one, other] = build(['a', 'b']).closings;
    expect(one!.root).not.toBe(other!.root);
  });

  test('follow the model: who knows more answers more items right', () => {
    const names = Array.from({ length: 50 }, (_, at) => String(at));
    const right = (theta: number) =>
      build(names, theta).closings.reduce((sum, { record }) => {
        return sum + closedOf(record.value, record.key).responses.filter((response) => response === '1').length;
      }, 0);
    expect(right(2)).toBeGreaterThan(right(0) * 1.3);
    expect(right(0)).toBeGreaterThan(right(-2) * 1.3);
  });

  test('end within the last minutes of the session, answers in order before them', () => {
    for (const { record } of build(['a', 'b', 'c']).closings) {
      const closed = closedOf(record.value, record.key);
      const atMs = Date.parse(closed.closedAt);
      expect(atMs).toBeGreaterThan(startsAtMs + 5_400_000 - 13 * 60_000);
      expect(atMs).toBeLessThan(startsAtMs + 5_400_000);
      const times = closed.receivedAt.filter((time) => time !== null);
      expect(times).toEqual([...times].sort());
      expect(times.at(-1)! <= closed.closedAt).toBe(true);
    }
  });
});
