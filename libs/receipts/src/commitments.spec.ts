import fc from 'fast-check';
import { Commitments, commitmentOf } from './commitments';

const commitments = new Commitments(Buffer.alloc(32, 7));
const answer = { attemptId: 'attempt-1', itemId: 'item-1', seq: 1_048_577, response: 'B' };

describe('commitments', () => {
  test('a repeat of an answer has the commitment of the first', () => {
    expect(new Commitments(Buffer.alloc(32, 7)).commit({ ...answer })).toBe(commitments.commit(answer));
  });

  test.each([
    ['attempt', { attemptId: 'attempt-2' }],
    ['item', { itemId: 'item-2' }],
    ['seq', { seq: 1_048_578 }],
    ['response', { response: 'C' }],
    ['type of the response', { response: ['B'] }],
  ])('another %s gives another commitment', (_what, change) => {
    expect(commitments.commit({ ...answer, ...change })).not.toBe(commitments.commit(answer));
  });

  test('the salt alone opens a commitment, without the secret', () => {
    const salt = commitments.salt(answer.attemptId, answer.seq);
    expect(salt).toHaveLength(16);
    expect(commitmentOf(answer, salt)).toBe(commitments.commit(answer));
  });

  test('a guessed answer cannot be checked without the salt', () => {
    const other = new Commitments(Buffer.alloc(32, 8));
    expect(other.commit(answer)).not.toBe(commitments.commit(answer));
  });

  test('what JSON carries between services keeps its commitment', () => {
    const responses = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
      fc.array(fc.string()),
    );
    fc.assert(
      fc.property(responses, (response) => {
        const carried: unknown = JSON.parse(JSON.stringify(response));
        return commitments.commit({ ...answer, response }) === commitments.commit({ ...answer, response: carried });
      }),
    );
  });

  test('a secret shorter than 32 bytes is refused', () => {
    expect(() => new Commitments(Buffer.alloc(31))).toThrow(RangeError);
  });
});
