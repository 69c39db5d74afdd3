import { generateKeyPairSync } from 'node:crypto';
import { Commitments, ReceiptSigner, leafOf, merkleRoot, publishReceiptKey, type Receipt } from '@app/receipts';
import type { HistoryLine, IntentLine, OutcomeLine } from '../load/history/history.format';
import type { CheckReport } from './checker/checker';
import { checkEvidence } from './checker/checker';
import type { LogEntry, TablesEvidence } from './checker/evidence';
import { gatherHistory } from './checker/history.reader';

export const ATTEMPT = 'attempt-1';
export const SESSION = 'session-1';
const PARTITION = 7;
const START_MS = Date.parse('2026-03-02T01:00:00.000Z');
const ITEMS = ['i1', 'i2', 'i3'];
const FORM = { formId: 'form-1', version: 1, hash: '1'.repeat(64), sections: [{ sectionId: 'one', itemIds: ITEMS }] };
const PACKAGE = { packageId: 'sum', version: 1, hash: '2'.repeat(64) };
const SECRET = Buffer.alloc(32, 5);
const SUPERVISED = { reasonCode: 'test', actor: 'tester' };

export const seqOf = (counter: number) => 2 ** 20 + counter;
export const at = (second: number) => new Date(START_MS + second * 1000).toISOString();
export const ms = (second: number) => START_MS + second * 1000;

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] extends readonly (infer One)[] ? Mutable<One>[] : T[Key] };
type Line = { [field: string]: unknown } & { phase: HistoryLine['phase'] };

/** What a run has left, free to be changed by the test before it is judged. */
export interface Sitting {
  lines: Line[];
  log: Mutable<LogEntry>[];
  tables: Mutable<TablesEvidence>;
}

const { privateKey } = generateKeyPairSync('ed25519');
const signer = new ReceiptSigner('key-1', privateKey);
const commitments = new Commitments(SECRET);

export async function judge(sitting: Sitting): Promise<CheckReport> {
  return checkEvidence({
    history: await gatherHistory(sitting.lines as unknown as HistoryLine[]),
    log: inOrder(sitting.log),
    tables: sitting.tables,
    commitmentSecret: SECRET,
  });
}

async function* inOrder(entries: readonly LogEntry[]): AsyncGenerator<LogEntry> {
  const rank = (entry: LogEntry) => (entry.topic.includes('dead-letters') ? 0 : 1);
  for (const entry of [...entries].sort((a, b) => rank(a) - rank(b))) yield entry;
}

interface Answer {
  readonly attemptId: string;
  readonly seq: number;
  readonly itemId: string;
  readonly response: string;
  readonly answeredAt: string;
  readonly receivedAt: string;
  readonly commitment: string;
}

export function answerOf(counter: number, itemId: string, response: string, second: number): Answer {
  const said = { attemptId: ATTEMPT, seq: seqOf(counter), itemId, response };
  return { ...said, answeredAt: at(second), receivedAt: at(second), commitment: commitments.commit(said) };
}

export function receiptOf(answer: Answer, offset: number): Promise<Receipt> {
  return signer.sign({ ...answer, partition: PARTITION, offset });
}

export function entry(offset: number, type: string, id: string, data: object, second: number): LogEntry {
  return record('petabakat.attempts.v1', PARTITION, offset, ATTEMPT, type, id, data, second);
}

export function answerEntry(offset: number, answer: Answer, second: number): LogEntry {
  const id = `${ATTEMPT}/${answer.seq}/${answer.commitment.slice(0, 12)}`;
  return entry(offset, 'petabakat.answer.submitted.v1', id, answer, second);
}

function control(offset: number, name: string, id: string, data: object, second: number): LogEntry {
  const fields = { attemptId: ATTEMPT, at: at(second), ...data };
  return entry(offset, `petabakat.attempt.${name}.v1`, `${ATTEMPT}/${id}`, fields, second);
}

function record(
  topic: string,
  partition: number,
  offset: number,
  key: string,
  type: string,
  id: string,
  data: object,
  second: number,
): LogEntry {
  const event = { specversion: '1.0', id, source: '/test', type, subject: key, time: at(second), data };
  return { topic, partition, offset, key, value: JSON.stringify(event), appendedAtMs: ms(second) };
}

let operations = 0;

/** Intent and outcome of an operation that took a tenth of a second. */
export function operation(
  kind: IntentLine['kind'],
  second: number,
  fields: Partial<IntentLine>,
  outcome: Partial<OutcomeLine> = {},
): Line[] {
  const common = { op: `op-${++operations}`, kind, try: 1 };
  const intent = {
    ...common,
    phase: 'intent',
    atMs: ms(second),
    intendedMs: ms(second),
    gateway: 'http://g',
    ...fields,
  };
  const end = { ...common, phase: 'outcome', atMs: ms(second) + 100, outcome: 'ok', code: '200', ...outcome };
  return [intent, end] as Line[];
}

async function answered(answer: Answer, offset: number, second: number): Promise<Line[]> {
  return operation('answer', second, { ...answer, epoch: 1 }, { receipt: await receiptOf(answer, offset) });
}

/**
 * One clean sitting in which everything happens that the rules know by name: a superseded answer, a repeat, a conflict,
 * a dismissed dead letter, a credit, a submission and an answer that came after it. The tables are written by hand.
 */
export async function cleanSitting(): Promise<Sitting> {
  const first = answerOf(1, 'i1', 'A', 20);
  const second = answerOf(2, 'i2', 'B', 30);
  const third = answerOf(3, 'i1', 'C', 40);
  const conflict = answerOf(2, 'i2', 'X', 50);
  const afterwards = answerOf(4, 'i3', 'D', 91);
  const login = {
    epoch: 1,
    analyticsId: 'person-1',
    sessionId: SESSION,
    agency: 'bkn',
    seat: 'a1',
    form: FORM,
    durationSeconds: 3600,
    extraSeconds: 0,
    jobLevel: null,
    performance: null,
  };
  const submitted = { cause: 'submitted', actor: null, reasonCode: null };
  const dismissed = { ...SUPERVISED, partition: PARTITION, offset: 7 };
  const unreadable = {
    topic: 'petabakat.attempts.v1',
    partition: PARTITION,
    offset: 7,
    key: ATTEMPT,
    value: 'nonsense',
    appendedAtMs: ms(60),
  };
  const letter = { ...unreadable, group: 'assessment', reason: 'record.not-json', detail: 'no JSON', at: at(60) };
  const closed = closedData([first, second, third], { 2: 2, 3: 3, 5: 5 });
  const scored = scoredData(closed.root);
  return {
    lines: [
      {
        phase: 'run',
        seed: 1,
        commit: 'test',
        startedMs: ms(0),
        log: 'postgres',
        publicKeys: [publishReceiptKey('key-1', privateKey)],
      },
      ...operation('open', 1, { sessionId: SESSION }),
      ...operation('login', 5, {}, { reply: { attemptId: ATTEMPT, epoch: 1 } }),
      ...operation('start', 10, { attemptId: ATTEMPT }, { reply: { attemptId: ATTEMPT } }),
      ...(await answered(first, 2, 20)),
      ...repeated(await answered(second, 3, 30), await answered(second, 4, 32)),
      ...(await answered(third, 5, 40)),
      ...(await answered(conflict, 6, 50)),
      ...operation('read', 55, { attemptId: ATTEMPT }, { answers: shown([first, second, third]), status: 'started' }),
      ...operation('credit', 70, { attemptId: ATTEMPT, seconds: 60 }),
      ...operation('submit', 90, { attemptId: ATTEMPT }),
      ...(await answered(afterwards, 11, 91)),
      { phase: 'end', atMs: ms(120) },
    ] as Line[],
    log: [
      control(0, 'logged-in', 'logged-in/1', login, 5),
      control(1, 'started', 'started', {}, 10),
      answerEntry(2, first, 20),
      answerEntry(3, second, 30),
      answerEntry(4, second, 32),
      answerEntry(5, third, 40),
      answerEntry(6, conflict, 50),
      unreadable,
      control(8, 'dead-letter-dismissed', 'dead-letter/7', dismissed, 65),
      control(9, 'time-credited', 'credited/3', { ...SUPERVISED, seconds: 60 }, 70),
      control(10, 'close-requested', 'close/submitted/4', submitted, 90),
      answerEntry(11, afterwards, 91),
      record(
        'petabakat.attempts.dead-letters.v1',
        0,
        0,
        ATTEMPT,
        'petabakat.record.dead-lettered.v1',
        'dead-letter:assessment:petabakat.attempts.v1:7:7',
        letter,
        60,
      ),
      record('petabakat.responses.v1', 2, 0, ATTEMPT, 'petabakat.attempt.closed.v1', `${ATTEMPT}/closed/1`, closed, 91),
      record('petabakat.results.v1', 4, 0, 'person-1', 'petabakat.result.scored.v1', 'scored', scored, 92),
      record(
        'petabakat.sessions.v1',
        5,
        0,
        SESSION,
        'petabakat.session.opened.v1',
        `${SESSION}/opened`,
        { sessionId: SESSION, version: 1, actor: 'tester', at: at(1) },
        1,
      ),
      ...rollout(),
    ],
    tables: {
      answerEvents: [row(first, 2), row(second, 3), row(third, 5), row(afterwards, 11)],
      conflicts: [row(conflict, 6)],
      answers: [
        { attemptId: ATTEMPT, itemId: 'i1', seq: seqOf(3), response: 'C' },
        { attemptId: ATTEMPT, itemId: 'i2', seq: seqOf(2), response: 'B' },
      ],
      attempts: [
        {
          attemptId: ATTEMPT,
          sessionId: SESSION,
          status: 'closed',
          deadlineAt: at(10 + 3600 + 60),
          closing: 1,
          version: 5,
          header: { ...header(login) },
        },
      ],
      closings: [{ attemptId: ATTEMPT, closing: 1, closedBy: 'submitted', root: closed.root }],
      results: [{ attemptId: ATTEMPT, closing: 1, result: { ...scored } }],
      packages: [
        {
          ...PACKAGE,
          content: {
            items: ITEMS.map((itemId) => ({ itemId, key: 'C' })),
            scales: [{ scaleId: 'all', itemIds: ITEMS }],
          },
        },
      ],
      memberships: [{ agency: 'bkn', cluster: 1, effectiveFrom: '2026-01-01' }],
      progress: [
        progress('assessment', 'petabakat.attempts.v1', 7, 12, 92),
        progress('scoring', 'petabakat.responses.v1', 2, 1, 92),
      ],
      outbox: [
        outbox('assessment', `${ATTEMPT}/started`, 'petabakat.attempts.v1', 7, 1),
        outbox('assessment', `${ATTEMPT}/closed/1`, 'petabakat.responses.v1', 2, 0),
      ],
      takenAtMs: ms(130),
    },
  };
}

/** One person registered, a cluster of one agency opened by two people, and its gate before and after the sitting. */
function rollout(): LogEntry[] {
  const registered = {
    analyticsId: 'person-1',
    version: 1,
    agency: 'bkn',
    jobLevel: null,
    performance: null,
    dutyRegion: null,
    education: null,
    retirementYear: null,
  };
  const planned = {
    sessionId: SESSION,
    version: 1,
    cluster: 1,
    siteId: 'site-1',
    room: 'room-1',
    startsAt: at(0),
    timeZone: 'Etc/UTC',
    durationSeconds: 3600,
    pinClosesAt: at(0),
    lastStartAt: at(3600),
    seats: 1,
    formId: FORM.formId,
    formVersion: 1,
  };
  const two = ['officer-1', 'officer-2'];
  const step = (version: number, actors: readonly string[], data: object) => {
    return { cluster: 1, version, reasonCode: 'test', actors, sharePercent: 100, gates: [], at: at(1), ...data };
  };
  const onRollout = (offset: number, name: string, id: string, data: object, second: number) =>
    record('petabakat.rollout.v1', 0, offset, '1', `petabakat.${name}.v1`, `cluster/1/${id}`, data, second);
  return [
    record('petabakat.roster.v1', 3, 0, 'person-1', 'petabakat.participant.registered.v1', 'p1', registered, 1),
    record('petabakat.plan.v1', 6, 0, SESSION, 'petabakat.session.planned.v1', 'planned', planned, 1),
    onRollout(0, 'cluster.promoted', 'v2/prepare', step(2, ['officer-1'], { from: 'planned', to: 'ready' }), 1),
    onRollout(1, 'cluster.opened', 'v3/open', step(3, two, { to: 'ramping' }), 1),
    onRollout(2, 'gate.evaluated', 'gate/coverage/1', evaluation(1, 'inconclusive', 0, 0), 2),
    onRollout(3, 'gate.evaluated', 'gate/coverage/2', evaluation(2, 'passed', 1, 1), 93),
    onRollout(
      4,
      'cluster.promoted',
      'v4/advance',
      step(4, ['gate'], {
        from: 'ramping',
        to: 'make-up',
        gates: [{ cluster: 1, gate: 'coverage', evaluation: 2, outcome: 'passed', overridden: false }],
      }),
      94,
    ),
  ];
}

/** As of the positions that it names: before anybody had closed, and after the one closing and its result. */
function evaluation(number: number, outcome: string, closed: number, second: number) {
  const positions = [
    { topic: 'petabakat.roster.v1', partition: 3, offset: 1 },
    { topic: 'petabakat.responses.v1', partition: 2, offset: closed },
    { topic: 'petabakat.results.v1', partition: 4, offset: closed },
  ];
  const figures = {
    registered: 1,
    attended: closed,
    scored: closed,
    reconciled: closed,
    sealedSessions: 0,
    sealedAttempts: 0,
    arrivedAttempts: 0,
    passPercent: 80,
  };
  const said = { cluster: 1, gate: 'coverage', evaluation: number, outcome, reasonCode: 'coverage-reached' };
  return { ...said, figures, positions, at: at(second) };
}

function repeated(first: readonly Line[], second: readonly Line[]): Line[] {
  return [...first, ...second.map((line) => ({ ...line, op: first[0]!.op, try: 2 }))];
}

function shown(answers: readonly Answer[]): [number, string, string][] {
  return answers.map(({ seq, itemId }) => [seq, itemId, 'counted']);
}

function row(answer: Answer, position: number) {
  return { ...answer, position };
}

function header(login: object): Record<string, unknown> {
  return {
    ...login,
    attemptId: ATTEMPT,
    partition: PARTITION,
    epochStarts: [0],
    acceptedEpochs: [],
    creditedSeconds: 60,
    startedAtMs: ms(10),
    startedOffset: 1,
    pausedAtMs: null,
    pausedMs: 0,
    resumes: 0,
    marker: { cause: 'submitted', atMs: ms(90), offset: 10 },
    closing: 1,
    openDeadLetters: [],
    conflicts: 1,
    appliedIds: ['logged-in/1', 'started', 'dead-letter/7', 'credited/3', 'close/submitted/4'].map(
      (id) => `${ATTEMPT}/${id}`,
    ),
    version: 5,
  };
}

function closedData([first, second, third]: readonly Answer[], positions: Record<number, number>) {
  const leaves = [first!, second!, third!].map((answer, index) =>
    leafOf({ ...answer, partition: PARTITION, offset: Object.values(positions)[index]! }),
  );
  return {
    attemptId: ATTEMPT,
    closing: 1,
    analyticsId: 'person-1',
    sessionId: SESSION,
    agency: 'bkn',
    form: FORM,
    jobLevel: null,
    performance: null,
    closedBy: 'submitted',
    startedAt: at(10),
    closedAt: at(90),
    creditedSeconds: 60,
    resumes: 0,
    itemIds: ITEMS,
    responses: ['C', 'B', null],
    seqs: [seqOf(3), seqOf(2), null],
    answeredAt: [at(40), at(30), null],
    receivedAt: [at(40), at(30), null],
    revisions: [2, 1, 0],
    counts: { recorded: 3, counted: 2, superseded: 1, late: 0, olderEpoch: 0, unexpected: 0, conflicts: 1 },
    root: merkleRoot(leaves),
  };
}

function scoredData(root: string) {
  return {
    analyticsId: 'person-1',
    attemptId: ATTEMPT,
    sessionId: SESSION,
    agency: 'bkn',
    formId: FORM.formId,
    formVersion: 1,
    closing: 1,
    root,
    package: PACKAGE,
    estimator: 'sum',
    scales: [{ scaleId: 'all', score: 1, maximum: 3, answered: 2, omitted: 1, notReached: 0 }],
    closedAt: at(90),
    jobLevel: null,
    performance: null,
  };
}

function progress(group: string, topic: string, partition: number, nextOffset: number, second: number) {
  return { schema: group, group, topic, partition, nextOffset, movedAtMs: ms(second) };
}

function outbox(schema: string, eventId: string, topic: string, partition: number, offset: number) {
  return { schema, eventId, topic, isPublished: true, createdAtMs: ms(10), partition, offset };
}
