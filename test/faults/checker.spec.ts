import type { Property } from './checker/findings';
import { PROPERTIES, tableOf } from './checker/findings';
import {
  ATTEMPT,
  SESSION,
  type Sitting,
  answerEntry,
  answerOf,
  at,
  cleanSitting,
  judge,
  ms,
  operation,
  receiptOf,
  seqOf,
} from './checker-sitting.fixture';

/** A change of the evidence, the property that it breaks, and what the checker names. */
type Planted = readonly [
  what: string,
  property: Property,
  named: RegExp,
  plant: (sitting: Sitting) => void | Promise<void>,
];

const outcomeOf = (sitting: Sitting, kind: string, nth = 0) =>
  sitting.lines.filter((line) => line.phase === 'outcome' && line.kind === kind)[nth]!;
const intentOf = (sitting: Sitting, kind: string, nth = 0) =>
  sitting.lines.filter((line) => line.phase === 'intent' && line.kind === kind)[nth]!;
const recordAt = (sitting: Sitting, offset: number) =>
  sitting.log.find((one) => one.topic === 'petabakat.attempts.v1' && one.offset === offset)!;
/** Changes the text of a record or of an event in it. */
type Change = (event: { id: string; data: Record<string, unknown> }) => void;
const edit = (sitting: Sitting, topic: string, change: Change) => editAt(sitting, topic, 0, change);
const editAt = (sitting: Sitting, topic: string, offset: number, change: Change) => {
  const found = sitting.log.find((one) => one.topic === topic && one.offset === offset)!;
  const event = JSON.parse(found.value) as { id: string; data: Record<string, unknown> };
  change(event);
  found.value = JSON.stringify(event);
};
/** Everything behind a position moves up, as if the record had never been there. */
const withoutRecord = (sitting: Sitting, offset: number) => {
  sitting.log = sitting.log.filter((one) => one.topic !== 'petabakat.attempts.v1' || one.offset !== offset);
  for (const one of sitting.log) if (one.topic === 'petabakat.attempts.v1' && one.offset > offset) one.offset -= 1;
};

const PLANTED: readonly Planted[] = [
  ['an acknowledged answer that the log lost', 'P1', /answer attempt-1 seq 1048580/, (s) => withoutRecord(s, 11)],
  ['a stored row deleted', 'P1', /attempts\.v1\/7@2 /, (s) => void s.tables.answerEvents.shift()],
  ['a conflict that was not kept', 'P1', /attempts\.v1\/7@6 /, (s) => void s.tables.conflicts.pop()],
  [
    'an unreadable record without a dead letter',
    'P1',
    /attempts\.v1\/7@7/,
    (s) => void (s.log = s.log.filter(({ topic }) => !topic.includes('dead-letters'))),
  ],
  [
    'a good record among the dead letters',
    'P1',
    /attempts\.v1\/7@5/,
    (s) => edit(s, 'petabakat.attempts.dead-letters.v1', ({ data }) => void (data.offset = 5)),
  ],
  ['a row stored twice', 'P2', /answer_events/, (s) => void s.tables.answerEvents.push(s.tables.answerEvents[0]!)],
  [
    'a closing that counts a repeat',
    'P2',
    /responses\.v1\/2@0/,
    (s) => edit(s, 'petabakat.responses.v1', ({ data }) => void ((data.counts as Record<string, number>).recorded = 4)),
  ],
  [
    'a record of an answer that nobody sent',
    'P3',
    /attempts\.v1\/7@12/,
    (s) => void s.log.push(answerEntry(12, answerOf(9, 'i3', 'Z', 92), 92)),
  ],
  [
    'a record of an answer that was refused',
    'P3',
    /attempts\.v1\/7@2 /,
    (s) => void Object.assign(outcomeOf(s, 'answer'), { outcome: 'fail', code: 'answer.not-appended' }),
  ],
  [
    'a stored row altered',
    'P3',
    /answer_events \(attempt-1 1048577\)/,
    (s) => void Object.assign(s.tables.answerEvents[0]!, { response: 'Z' }),
  ],
  [
    'a stored row that the log does not hold',
    'P3',
    /answer_events \(attempt-1 1048599\)/,
    (s) => void s.tables.answerEvents.push({ ...s.tables.answerEvents[0]!, seq: seqOf(23) }),
  ],
  [
    'an older answer in place of a newer one',
    'P4',
    /answers \(attempt-1 i1\)/,
    (s) => void Object.assign(s.tables.answers[0]!, { seq: seqOf(1), response: 'A' }),
  ],
  ['a current answer missing', 'P4', /answers \(attempt-1 i2\)/, (s) => void s.tables.answers.pop()],
  [
    'a current answer that does not count',
    'P4',
    /answers \(attempt-1 i3\)/,
    (s) => void s.tables.answers.push({ attemptId: ATTEMPT, itemId: 'i3', seq: seqOf(4), response: 'D' }),
  ],
  [
    'a closing with another response',
    'P5',
    /closing attempt-1 1/,
    (s) => edit(s, 'petabakat.responses.v1', ({ data }) => void (data.responses = ['A', 'B', null])),
  ],
  [
    'a closing that was not published',
    'P5',
    /closing attempt-1 1/,
    (s) => void (s.log = s.log.filter(({ topic }) => topic !== 'petabakat.responses.v1')),
  ],
  ['a root altered', 'P5', /closings \(attempt-1 1\)/, (s) => void (s.tables.closings[0]!.root = 'f'.repeat(64))],
  [
    'a score that the responses do not give',
    'P5',
    /results \(attempt-1 1\)/,
    (s) => {
      const scales = [{ scaleId: 'all', score: 2, maximum: 3, answered: 2, omitted: 1, notReached: 0 }];
      edit(s, 'petabakat.results.v1', ({ data }) => void (data.scales = scales));
      s.tables.results[0]!.result = { ...s.tables.results[0]!.result, scales };
    },
  ],
  [
    'an answer that stands before one acknowledged earlier',
    'P6',
    /attempts\.v1\/7@2 /,
    (s) => {
      // The first answer was sent only after the second had its receipt.
      Object.assign(intentOf(s, 'answer'), { atMs: ms(45) });
      Object.assign(outcomeOf(s, 'answer'), { atMs: ms(46) });
    },
  ],
  ['a gap in the log', 'P6', /petabakat\.attempts\.v1\/7/, (s) => void (recordAt(s, 11).offset = 12)],
  [
    'a step that was taken twice',
    'P7',
    /rollout\.v1\/0@1 /,
    (s) => editAt(s, 'petabakat.rollout.v1', 1, ({ data }) => void (data.version = 2)),
  ],
  [
    'a cluster that opened before it was ready',
    'P7',
    /rollout\.v1\/0@1 /,
    (s) => editAt(s, 'petabakat.rollout.v1', 0, ({ data }) => void Object.assign(data, { to: 'canary' })),
  ],
  [
    'a cluster opened by one person',
    'P7',
    /rollout\.v1\/0@1 /,
    (s) => editAt(s, 'petabakat.rollout.v1', 1, ({ data }) => void (data.actors = ['officer-1', 'officer-1'])),
  ],
  [
    'a wave that went on over a gate that had not passed',
    'P7',
    /rollout\.v1\/0@4 /,
    (s) => editAt(s, 'petabakat.rollout.v1', 3, ({ data }) => void (data.outcome = 'inconclusive')),
  ],
  [
    'a wave that went on over an older evaluation',
    'P7',
    /rollout\.v1\/0@4 /,
    (s) =>
      editAt(s, 'petabakat.rollout.v1', 4, ({ data }) => {
        Object.assign((data.gates as object[])[0]!, { evaluation: 1, outcome: 'inconclusive' });
      }),
  ],
  [
    'a gate that counts somebody who is not there',
    'P7',
    /rollout\.v1\/0@3 /,
    (s) =>
      editAt(
        s,
        'petabakat.rollout.v1',
        3,
        ({ data }) => void ((data.figures as Record<string, number>).registered = 2),
      ),
  ],
  [
    'a gate that names a position beyond the log',
    'P7',
    /rollout\.v1\/0@3 /,
    (s) =>
      editAt(s, 'petabakat.rollout.v1', 3, ({ data }) => {
        Object.assign((data.positions as object[])[1]!, { offset: 5 });
      }),
  ],
  ['a consumer that stands still', 'P8', /assessment on/, (s) => void (s.tables.progress[0]!.nextOffset = 5)],
  ['a consumer that took minutes', 'P8', /assessment on/, (s) => void (s.tables.progress[0]!.movedAtMs = ms(91 + 120))],
  ['an outbox row that nobody published', 'P8', /outbox/, (s) => void (s.tables.outbox[0]!.isPublished = false)],
  ['a reply that took a minute', 'P9', /answer attempt-1/, (s) => void (outcomeOf(s, 'answer').atMs = ms(80))],
  [
    'a request without a reply',
    'P9',
    /read attempt-1/,
    (s) => void s.lines.splice(s.lines.indexOf(outcomeOf(s, 'read')), 1),
  ],
  [
    'an unknown without a fault',
    'P10',
    /answer attempt-1/,
    (s) => void Object.assign(outcomeOf(s, 'answer', 2), { outcome: 'unknown', code: 'ECONNRESET' }),
  ],
  [
    'a refusal that is certain by its status alone',
    'P10',
    /answer attempt-1/,
    (s) =>
      void s.lines.push(
        ...operation(
          'answer',
          95,
          { attemptId: ATTEMPT, seq: seqOf(9), itemId: 'i1', response: 'B' },
          { outcome: 'fail', code: '503' },
        ),
      ),
  ],
  [
    'a receipt that nobody signed',
    'P11',
    /answer attempt-1 seq 1048577/,
    (s) => {
      const outcome = outcomeOf(s, 'answer');
      outcome.receipt = { ...(outcome.receipt as object), receivedAt: at(21) };
    },
  ],
  [
    'a receipt for another position',
    'P11',
    /answer attempt-1 seq 1048577/,
    async (s) => void (outcomeOf(s, 'answer').receipt = await receiptOf(answerOf(1, 'i1', 'A', 20), 5)),
  ],
  [
    'a receipt beyond the end of the log',
    'P11',
    /answer attempt-1 seq 1048577/,
    async (s) => void (outcomeOf(s, 'answer').receipt = await receiptOf(answerOf(1, 'i1', 'A', 20), 99)),
  ],
  [
    'an acknowledgement without a receipt',
    'P11',
    /answer attempt-1 seq 1048577/,
    (s) => void delete outcomeOf(s, 'answer').receipt,
  ],
  [
    'a commitment to something else',
    'P11',
    /attempts\.v1\/7@2/,
    (s) => {
      const found = recordAt(s, 2);
      found.value = found.value.replace(/"commitment":"[0-9a-f]{64}"/, `"commitment":"${'e'.repeat(64)}"`);
    },
  ],
  [
    'a read that lacks an answer',
    'P12',
    /read attempt-1/,
    (s) => void (outcomeOf(s, 'read').answers = [[seqOf(1), 'i1', 'counted']]),
  ],
  [
    'an answer that was acknowledged in time and is late',
    'P13',
    /answer attempt-1 seq 1048580/,
    (s) => {
      // Both came before the submission was sent.
      Object.assign(intentOf(s, 'answer', 5), { atMs: ms(80) });
      Object.assign(outcomeOf(s, 'answer', 5), { atMs: ms(81) });
    },
  ],
  [
    'an answer that was sent long after the end and counts',
    'P13',
    /answer attempt-1 seq 1048579/,
    (s) => {
      Object.assign(intentOf(s, 'answer', 3), { atMs: ms(99) });
      Object.assign(outcomeOf(s, 'answer', 3), { atMs: ms(99.1) });
    },
  ],
  [
    'an attempt that nobody closed',
    'P13',
    /attempt attempt-1/,
    (s) => {
      withoutRecord(s, 10);
      s.tables.takenAtMs = ms(3_900);
    },
  ],
  [
    'an acknowledged command without an event',
    'P14',
    /pause attempt-1/,
    (s) => void s.lines.push(...operation('pause', 75, { attemptId: ATTEMPT })),
  ],
  ['a credit of another size', 'P14', /credit attempt-1/, (s) => void (intentOf(s, 'credit').seconds = 600)],
  [
    'a credit that acted twice',
    'P14',
    /attempts \(attempt-1\)/,
    (s) => void Object.assign(s.tables.attempts[0]!.header, { creditedSeconds: 120 }),
  ],
  [
    'a seal without its event',
    'P14',
    /seal session-1/,
    (s) => void s.lines.push(...operation('seal', 110, { sessionId: SESSION })),
  ],
  [
    'an outbox row that is marked and was not published',
    'P14',
    /outbox \(attempt-1\/started\)/,
    (s) => void (s.tables.outbox[0]!.offset = 40),
  ],
];

describe('the checker', () => {
  test('finds nothing in a clean sitting, and has looked at every property', async () => {
    const report = await judge(await cleanSitting());
    expect(report.findings.flatMap(({ breaks }) => breaks)).toEqual([]);
    expect(report).toMatchObject({ acknowledged: 5, unknown: 0, broken: 0 });
    expect(report.findings.filter(({ checked }) => checked === 0)).toEqual([]);
  });

  test.each(PLANTED)('finds %s by %s', async (_what, property, named, plant) => {
    const sitting = await cleanSitting();
    await plant(sitting);
    const { findings, broken } = await judge(sitting);
    const finding = findings.find((one) => one.property === property)!;
    expect(broken).toBeGreaterThan(0);
    expect(finding.breaks.map(({ record }) => record)).toContainEqual(expect.stringMatching(named));
  });

  test('every property is broken by at least one planted defect', () => {
    const planted = new Set(PLANTED.map(([, property]) => property));
    expect(Object.keys(PROPERTIES).filter((property) => !planted.has(property as Property))).toEqual([]);
  });

  test('forgives an unknown and a slow reply under a fault, and counts them', async () => {
    const sitting = await cleanSitting();
    Object.assign(outcomeOf(sitting, 'answer', 2), { outcome: 'unknown', code: 'ECONNRESET', atMs: ms(44) });
    sitting.lines.push(
      { phase: 'fault', atMs: ms(25), name: 'kill', step: 'inject' },
      { phase: 'fault', atMs: ms(28), name: 'kill', step: 'heal' },
    );
    const { findings, broken } = await judge(sitting);
    expect(broken).toBe(0);
    expect(findings.find(({ property }) => property === 'P10')!.figures).toMatchObject({ unknown: 1 });
    expect(findings.find(({ property }) => property === 'P9')!.figures).toMatchObject({ 'slow under a fault': 1 });
  });

  test('prints a table with a line per property and names what is broken', async () => {
    const sitting = await cleanSitting();
    sitting.tables.answers.pop();
    const table = tableOf((await judge(sitting)).findings);
    for (const property of Object.keys(PROPERTIES)) expect(table).toMatch(new RegExp(`^${property} `, 'm'));
    expect(table).toContain('row answers (attempt-1 i2): is missing, the log gives seq 1048578, "B"');
  });
});
