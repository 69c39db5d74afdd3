import { randomUUID } from 'node:crypto';
import { TOPICS } from '@app/contracts';
import type { FaultRow } from './harness/fault.row';
import { faultSuite } from './harness/fault.suite';

const TOPIC = TOPICS.attempts.name;

/** Everything a record can be but right. Under keys of nobody, so that no attempt waits for a person's decision. */
function badRecords(): { key: string; value: string }[] {
  const event = (changes: object, data: object) =>
    JSON.stringify({
      specversion: '1.0',
      id: randomUUID(),
      source: 'fault-test',
      type: 'petabakat.answer.submitted.v1',
      subject: randomUUID(),
      time: new Date().toISOString(),
      dataschema: 'petabakat.answer.submitted.v1/1.0',
      data,
      ...changes,
    });
  return [
    'no json at all {',
    '',
    'null',
    '[]',
    event({}, {}),
    event({}, { attemptId: 'not a uuid', seq: 'seven' }),
    event({ type: 'petabakat.answer.invented.v9' }, {}),
    event({ specversion: '0.3' }, { attemptId: randomUUID() }),
    event({}, { attemptId: randomUUID(), response: 'x'.repeat(500_000) }),
    JSON.stringify({ text: 'a\u0000b' }),
  ].map((value) => ({ key: randomUUID(), value }));
}

let injected = 0;

const poison: FaultRow = {
  name: 'poison-records',
  logs: ['postgres', 'one-broker'],
  cutsReplies: [],
  async harm(scene) {
    await scene.underLoad();
    scene.inject();
    const records = badRecords();
    const outcomes = await scene.platform.log.append(TOPIC, records);
    injected = outcomes.filter(({ status }) => status === 'appended').length;
    scene.hit(`${injected} records that nobody can read`);
    scene.heal();
  },
  async problems({ scene, check }) {
    const { log } = scene.platform;
    const deadLetters = [...(await log.ranges('petabakat.attempts.dead-letters.v1')).values()];
    const count = deadLetters.reduce((sum, { startOffset, endOffset }) => sum + endOffset - startOffset, 0);
    const lost = check.findings.find(({ property }) => property === 'P1')!.figures['dead letter'] ?? 0;
    return [
      ...(injected < badRecords().length ? [`shows nothing: only ${injected} records were appended`] : []),
      ...(count === injected ? [] : [`${injected} bad records gave ${count} dead letters`]),
      ...(lost === 0 ? [] : [`${lost} sound answers were set aside with them`]),
    ];
  },
};

faultSuite('a record that cannot be read harms none of its neighbours', [poison]);
