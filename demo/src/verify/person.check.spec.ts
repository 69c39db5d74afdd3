import type { Sat12 } from '../cast/sat12';
import type { AttemptReading, Result, StoredAnswer } from '../client/platform.client';
import type { Receipt } from '../client/receipt';
import { AnswerLedger } from '../play/answer-ledger';
import type { AttemptPlayer } from '../play/attempt.player';
import { commitmentOf, ReceiptKeys, rootOf } from './hashes';
import { type CheckContext, checkPerson } from './person.check';

const ATTEMPT = 'attempt-1';
const PARTITION = 3;
const sat12: Sat12 = { itemIds: ['i1', 'i2', 'i3'], key: ['1', '2', '3'], respondents: [] };

/** One right answer, one wrong, one missing: a score of 1, submitted. */
const row = ['1', '5', null];

function storedAnswer(itemId: string, seq: number, response: string, offset: number): StoredAnswer {
  const answer = {
    itemId,
    seq,
    response,
    offset,
    receivedAt: 'now',
    commitment: '',
    salt: 'c2FsdA',
    verdict: 'counted',
  };
  return { ...answer, commitment: commitmentOf(ATTEMPT, answer) };
}

const answers = [storedAnswer('i1', 11, '1', 100), storedAnswer('i2', 12, '5', 105)];

const receiptOf = ({ itemId, seq, commitment, offset, receivedAt }: StoredAnswer): Receipt => ({
  attemptId: ATTEMPT,
  itemId,
  seq,
  commitment,
  partition: PARTITION,
  offset,
  receivedAt,
  kid: 'k',
  signature: 'genuine',
});

const reading: AttemptReading = { status: 'closed', closedBy: 'submitted', deadLetters: [], conflicts: 0, answers };
const result: Result = {
  attemptId: ATTEMPT,
  sessionId: 's',
  agency: 'bkn',
  closing: 1,
  root: rootOf(ATTEMPT, PARTITION, answers),
  scales: [{ scaleId: 'science', score: 1, maximum: 3, answered: 2, omitted: 1, notReached: 0 }],
};

interface Situation {
  readonly reading?: Partial<AttemptReading>;
  readonly result?: Partial<Result>;
  readonly earlier?: readonly Result[];
  readonly receipts?: readonly Receipt[];
  readonly failure?: string;
}

async function problemsIn(situation: Situation): Promise<readonly string[]> {
  const ledger = new AnswerLedger();
  ledger.record(answers.map(({ itemId, seq, response }) => ({ itemId, seq, response, answeredAt: 'then' })));
  ledger.acknowledge(situation.receipts ?? answers.map(receiptOf));
  const attendee = {
    person: { participantNumber: 'PB-1' },
    respondent: { row: 1, answers: row },
    script: [{ answers: [{ itemId: 'i1' }, { itemId: 'i2' }] }],
    runsOutOfTime: false,
  };
  const player = {
    login: { attemptId: ATTEMPT },
    attendee,
    ledger,
    failure: situation.failure ?? null,
    read: async () => ({ ...reading, ...situation.reading }),
  } as unknown as AttemptPlayer;
  const keys = new ReceiptKeys([]);
  jest.spyOn(keys, 'isGenuine').mockImplementation(({ signature }) => signature === 'genuine');
  const current = { ...result, ...situation.result };
  const platform = { resultHistory: async () => ({ current, earlier: situation.earlier ?? [] }) };
  const context = { platform, keys, sat12 } as unknown as CheckContext;
  return (await checkPerson(player, context)).problems;
}

describe('the check of a person', () => {
  test('finds nothing where everything agrees', async () => {
    expect(await problemsIn({})).toEqual([]);
  });

  test('a repeat with a later position agrees, too', async () => {
    const repeat = { ...receiptOf(answers[0]!), offset: 110 };
    expect(await problemsIn({ receipts: [...answers.map(receiptOf), repeat] })).toEqual([]);
  });

  test.each<[string, Situation, RegExp]>([
    [
      'an acknowledged answer that is not stored',
      { reading: { answers: [answers[0]!] } },
      /12 was acknowledged and is not/,
    ],
    ['a stored answer that nobody acknowledged', { receipts: [receiptOf(answers[0]!)] }, /12 is stored and was never/],
    [
      'an answer with another content',
      { reading: { answers: [answers[0]!, { ...answers[1]!, response: '4' }] } },
      /another content/,
    ],
    [
      'an answer that was late',
      { reading: { answers: [answers[0]!, { ...answers[1]!, verdict: 'late' }] } },
      /12 is late/,
    ],
    ['an answer stored twice', { reading: { answers: [...answers, answers[1]!] } }, /stored twice/],
    [
      'a forged receipt',
      { receipts: [receiptOf(answers[0]!), { ...receiptOf(answers[1]!), signature: 'forged' }] },
      /wrong signature/,
    ],
    [
      'an answer that moved behind its receipt',
      { receipts: [receiptOf(answers[0]!), { ...receiptOf(answers[1]!), offset: 99 }] },
      /behind its receipt/,
    ],
    ['an attempt that is open', { reading: { status: 'started' } }, /is started/],
    ['an attempt closed by something else', { reading: { closedBy: 'deadline' } }, /by deadline instead of submitted/],
    ['a second result', { earlier: [result] }, /2 results instead of one/],
    ['a result of other answers', { result: { root: 'f'.repeat(64) } }, /other answers than are stored/],
    [
      'a wrong score',
      { result: { scales: [{ ...result.scales[0]!, score: 2 }] } },
      /score is 2; by row 1 of the CSV it is 1/,
    ],
    ['a client that gave up', { failure: 'no reply' }, /gave up: no reply/],
  ])('finds %s', async (_, situation, problem) => {
    expect((await problemsIn(situation)).join('\n')).toMatch(problem);
  });
});
