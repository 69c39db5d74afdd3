import { AnswerSubmitted, DomainError } from '@app/contracts';
import { Ajv2020 } from 'ajv/dist/2020';
import fc from 'fast-check';
import { readAnswers } from './submit-answers.schema';

const answer = { itemId: 'item-1', seq: 1_048_577, response: 'B', answeredAt: '2026-01-01T08:00:00+07:00' };

/** 50 texts of 200 characters, two bytes each. */
const LONG_LIST = Array.from({ length: 50 }, () => 'é'.repeat(200));

function problemOf(body: unknown): { at: string; message: string } {
  try {
    readAnswers(body);
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'request.invalid') throw error;
    return error.options.problems![0]!;
  }
  throw new Error('the body was taken');
}

describe('the body of the answer route', () => {
  test.each([
    ['a text', 'B'],
    ['a text at its limit', 'x'.repeat(4_000)],
    ['a text at its limit of bytes', '😀'.repeat(2_999)],
    ['a text beyond the basic plane', '😀'],
    ['a number', 0.25],
    ['a boolean', false],
    ['null', null],
    ['a list', ['a', 'b']],
    ['an empty list', []],
  ])('takes %s as a response', (_kind, response) => {
    expect(readAnswers({ answers: [{ ...answer, response }] })).toEqual([{ ...answer, response }]);
  });

  test('ignores fields it does not know', () => {
    const body = { answers: [{ ...answer, foo: 1 }], client: 'x' };
    expect(readAnswers(body)).toHaveLength(1);
  });

  test('takes one to a hundred answers', () => {
    expect(readAnswers({ answers: Array.from({ length: 100 }, () => answer) })).toHaveLength(100);
    expect(problemOf({ answers: [] }).at).toBe('answers');
    expect(problemOf({ answers: Array.from({ length: 101 }, () => answer) }).at).toBe('answers');
  });

  test.each<[string, unknown, string]>([
    ['no object', 'text', 'body'],
    ['nothing', undefined, 'body'],
    ['no answers', {}, 'answers'],
    ['answers that are no list', { answers: { 0: answer } }, 'answers'],
    ['a missing seq', { answers: [answer, { ...answer, seq: undefined }] }, 'answers.1.seq'],
    ['a seq of no epoch', { answers: [{ ...answer, seq: 7 }] }, 'answers.0.seq'],
    ['a seq as text', { answers: [{ ...answer, seq: '1048577' }] }, 'answers.0.seq'],
    ['a seq that is not whole', { answers: [{ ...answer, seq: 1_048_577.5 }] }, 'answers.0.seq'],
    ['a foreign item id', { answers: [{ ...answer, itemId: '../etc' }] }, 'answers.0.itemId'],
    ['an object as response', { answers: [{ ...answer, response: {} }] }, 'answers.0.response'],
    ['U+0000', { answers: [{ ...answer, response: 'a\u0000' }] }, 'answers.0.response'],
    ['U+0000 in a list', { answers: [{ ...answer, response: ['a', '\u0000'] }] }, 'answers.0.response.1'],
    ['half a surrogate pair', { answers: [{ ...answer, response: '\ud83d' }] }, 'answers.0.response'],
    ['a text of too many bytes', { answers: [{ ...answer, response: '😀'.repeat(3_001) }] }, 'answers.0.response'],
    ['a list of too many bytes', { answers: [answer, { ...answer, response: LONG_LIST }] }, 'answers.1.response'],
    ['a response that is too long', { answers: [{ ...answer, response: 'x'.repeat(4_001) }] }, 'answers.0.response'],
    ['a time with U+0000', { answers: [{ ...answer, answeredAt: '\u0000' }] }, 'answers.0.answeredAt'],
    ['no time', { answers: [{ ...answer, answeredAt: '' }] }, 'answers.0.answeredAt'],
  ])('names the place of %s', (_what, body, at) => {
    expect(problemOf(body).at).toBe(at);
  });

  test('a problem never repeats the value', () => {
    expect(JSON.stringify(problemOf({ answers: [{ ...answer, itemId: '198501012010011001 ' }] }))).not.toContain(
      '1985',
    );
  });

  test('whatever it takes fits the schema of the event', () => {
    const fitsEvent = new Ajv2020({ strict: false }).compile(AnswerSubmitted);
    const text = fc.string({ unit: 'binary', maxLength: 5 });
    const bodies = fc.record({
      itemId: fc.stringMatching(/^[\w.-]{1,66}$/),
      seq: fc.oneof(fc.integer({ min: 2 ** 20, max: 2 ** 21 }), fc.maxSafeInteger()),
      response: fc.oneof(
        text,
        fc.double(),
        fc.boolean(),
        fc.constant(null),
        fc.array(text),
        fc.object({ maxDepth: 1 }),
      ),
      answeredAt: fc.string({ maxLength: 42 }),
    });
    let taken = 0;
    fc.assert(
      fc.property(bodies, (candidate) => {
        if (!isTaken(candidate)) return true;
        taken++;
        return fitsEvent({
          attemptId: 'a',
          receivedAt: '2026-01-01T00:00:00.000Z',
          commitment: '0'.repeat(64),
          ...candidate,
        });
      }),
      { numRuns: 1_000 },
    );
    expect(taken).toBeGreaterThan(100);
  });
});

function isTaken(candidate: unknown): boolean {
  try {
    return readAnswers({ answers: [candidate] }).length === 1;
  } catch {
    return false;
  }
}
