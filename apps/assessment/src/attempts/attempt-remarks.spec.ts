import type { EventBatch, EventRecord } from '@app/messaging';
import { correlationIdOfClosing, remarksOn } from './attempt-remarks';
import type { FoldedChanges } from './domain/attempt-history';

const SUBMIT_ID = '11111111-1111-4111-8111-111111111111';
const ANSWER_ID = '22222222-2222-4222-8222-222222222222';

function batchOf(ids: readonly (string | undefined)[]): EventBatch {
  const events = ids.map((correlationid, nth) => {
    return { offset: 100 + nth, key: 'a', name: 'answerSubmitted', event: { correlationid } } as unknown as EventRecord;
  });
  return { group: 'g', topic: 't', partition: 3, firstOffset: 100, nextOffset: 100 + ids.length, events, rejected: [] };
}

function changesWith(change: Partial<FoldedChanges>): FoldedChanges {
  const nothing = { headers: new Map(), current: new Map(), rejudged: new Map() };
  return { ...nothing, answers: [], conflicts: [], closed: [], ...change };
}

describe('remarks on a batch', () => {
  test('a closing has the id of the record at which the attempt closes, wherever that stands', () => {
    const headers = new Map([['a', { marker: { offset: 100 } }]]) as unknown as FoldedChanges['headers'];
    const batch = batchOf([SUBMIT_ID, ANSWER_ID]);
    expect(correlationIdOfClosing(batch, 'a', changesWith({ headers }))).toBe(SUBMIT_ID);
  });

  test('a closing judged anew has the id of what led to it', () => {
    const headers = new Map([['a', { marker: { offset: 7 } }]]) as unknown as FoldedChanges['headers'];
    expect(correlationIdOfClosing(batchOf([undefined, ANSWER_ID]), 'a', changesWith({ headers }))).toBe(ANSWER_ID);
  });

  test('a conflict is told with attempt, seq, position and the id of the request that brought it', () => {
    const conflicts = [{ attemptId: 'a', seq: 9, offset: 101 }] as unknown as FoldedChanges['conflicts'];
    expect(remarksOn(batchOf([SUBMIT_ID, ANSWER_ID]), new Map(), changesWith({ conflicts }))).toEqual([
      {
        level: 'warn',
        message: expect.stringContaining('conflict'),
        attemptId: 'a',
        seq: 9,
        partition: 3,
        offset: 101,
        correlationId: ANSWER_ID,
      },
    ]);
  });
});
