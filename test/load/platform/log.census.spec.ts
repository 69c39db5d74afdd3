import { TOPICS } from '@app/contracts';
import { MemoryEventLog, VirtualRuntime } from '@app/messaging';
import { takeCensus } from './log.census';

const answer = (seq: unknown) => JSON.stringify({ type: 'petabakat.answer.submitted.v1', data: { seq } });

test('records that are no events are counted and end nothing', async () => {
  const log = new MemoryEventLog({ runtime: new VirtualRuntime() });
  await log.createTopics([TOPICS.attempts]);
  const unreadable = ['no json {', '', 'null', '[]', '7', '{"data":{}}', answer('seven'), answer(undefined)];
  const readable = [answer(1), answer(1), answer(2), JSON.stringify({ type: 'petabakat.attempt.logged-in.v1' })];
  const records = [...unreadable, ...readable].map((value) => ({ key: 'an attempt', value }));
  await log.append(TOPICS.attempts.name, records);
  expect(await takeCensus(log)).toEqual({
    answerRecords: 3,
    distinctTokens: 1,
    distinctAnswers: 2,
    logins: 1,
    unreadable: unreadable.length,
  });
});
