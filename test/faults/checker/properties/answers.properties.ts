import type { AnswerRow, ConflictRow, CurrentRow } from '../evidence';
import { PropertyCheck } from '../findings';
import { type JudgedEvidence, type SentAnswer, answerKey, isSame, nameOf } from '../judged.evidence';
import type { AttemptJudge, StandingAnswer, Verdict } from '../attempt.judge';
import { ATTEMPTS, positionOf } from '../topics';
import { PublishedKeys, commitmentOf } from '../receipt.proofs';

type Fate = Exclude<Verdict, 'unexpected'> | 'conflict' | 'dead letter';

/** P1: every acknowledged answer is exactly one of these, and its record is stored. */
export function checkNothingLost({ answers, log, tables }: JudgedEvidence): PropertyCheck {
  const check = new PropertyCheck('P1');
  const events = new Map(tables.answerEvents.map((row) => [rowKey(row), row]));
  const conflicts = new Set(tables.conflicts.map((row) => `${row.attemptId}@${row.position}`));
  const verdictsOf = memoised((attempt: AttemptJudge) => attempt.verdicts());
  for (const answer of answers.filter(({ operation }) => operation.outcome === 'ok')) {
    const attempt = log.attempts.get(answer.attemptId);
    const fate = attempt && fateOf(answer, attempt, verdictsOf, log.deadLetters);
    check.require(fate !== undefined, () => nameOf(answer), 'was acknowledged and has no place in the log');
    if (fate) check.count(fate);
  }
  for (const attempt of log.attempts.values()) {
    for (const first of attempt.firsts.values()) {
      const name = () =>
        `record ${ATTEMPTS}/${attempt.partition}@${first.offset} (${attempt.attemptId} seq ${first.seq})`;
      check.require(events.has(`${attempt.attemptId} ${first.seq}`), name, 'stands in the log and is not stored');
    }
    for (const { offset, seq } of attempt.conflicts) {
      const name = () => `record ${ATTEMPTS}/${attempt.partition}@${offset} (${attempt.attemptId} seq ${seq})`;
      check.require(conflicts.has(`${attempt.attemptId}@${offset}`), name, 'is a conflict that is not kept');
    }
  }
  for (const [position, why] of log.unreadable) {
    if (!position.startsWith(`${ATTEMPTS}/`)) continue;
    check.require(
      log.deadLetters.has(position),
      () => `record ${position}`,
      `${why}, and was skipped without a dead letter`,
    );
  }
  for (const [position, reason] of log.deadLetters) {
    const isJustified = log.unreadable.has(position);
    check.require(isJustified, () => `record ${position}`, `can be read and was set aside (${reason})`);
  }
  return check;
}

function fateOf(
  answer: SentAnswer,
  attempt: AttemptJudge,
  verdictsOf: (attempt: AttemptJudge) => Map<StandingAnswer, Verdict>,
  deadLetters: ReadonlyMap<string, string>,
): Fate | undefined {
  const first = attempt.firsts.get(answer.seq);
  const says = (one: StandingAnswer) => one.itemId === answer.itemId && isSame(one.response, answer.response);
  if (first && says(first)) {
    const verdict = verdictsOf(attempt).get(first)!;
    return verdict === 'unexpected' ? undefined : verdict;
  }
  if (attempt.conflicts.some((one) => one.seq === answer.seq && says(one))) return 'conflict';
  const isSetAside = answer.receipts.some(({ receipt }) =>
    deadLetters.has(positionOf(ATTEMPTS, receipt.partition, receipt.offset)),
  );
  return isSetAside ? 'dead letter' : undefined;
}

/** P2: stored once, counted once, published once. */
export function checkNothingDoubled({ log, tables }: JudgedEvidence): PropertyCheck {
  const check = new PropertyCheck('P2');
  requireOnce(check, 'answer_events', tables.answerEvents, rowKey);
  requireOnce(check, 'answers', tables.answers, (row: CurrentRow) => `${row.attemptId} ${row.itemId}`);
  requireOnce(check, 'answer_conflicts', tables.conflicts, (row: ConflictRow) => `${row.attemptId} @${row.position}`);
  requireOnce(check, 'closings', tables.closings, (row) => `${row.attemptId} ${row.closing}`);
  requireOnce(check, 'results', tables.results, (row) => `${row.attemptId} ${row.closing}`);
  for (const attempt of log.attempts.values()) check.count('repeats in the log', attempt.repeats);
  for (const { event, topic, partition, offset } of log.published) {
    if (event.type !== 'petabakat.attempt.closed.v1') continue;
    const closing = log.attempts.get(event.data.attemptId as string)?.closings[(event.data.closing as number) - 1];
    const name = () => `record ${positionOf(topic, partition, offset)} (${String(event.data.attemptId)})`;
    check.require(isSame(event.data.counts, closing?.counts), name, () => {
      return `counts ${JSON.stringify(event.data.counts)}, the log has ${JSON.stringify(closing?.counts)}`;
    });
  }
  return check;
}

function requireOnce<Row>(
  check: PropertyCheck,
  table: string,
  rows: readonly Row[],
  keyOf: (row: Row) => string,
): void {
  const seen = new Set<string>();
  for (const row of rows) {
    const key = keyOf(row);
    check.require(!seen.has(key), () => `row ${table} (${key})`, 'is there twice');
    seen.add(key);
  }
}

/** P3: whatever is recorded was sent, and whatever is stored is recorded, word for word. */
export function checkNothingInvented({ answers, log, tables }: JudgedEvidence): PropertyCheck {
  const check = new PropertyCheck('P3');
  const outcomes = new Map(answers.map((answer) => [answerKey(answer), answer.operation.outcome]));
  for (const [position, record] of log.answers) {
    const outcome = outcomes.get(answerKey(record));
    const name = () => `record ${position} (${record.attemptId} seq ${record.seq})`;
    check.require(outcome !== undefined, name, 'was never sent');
    if (outcome) check.require(outcome !== 'fail', name, 'was refused as certainly not appended');
  }
  for (const row of tables.answerEvents) {
    const first = log.attempts.get(row.attemptId)?.firsts.get(row.seq);
    requireStored(check, `row answer_events (${rowKey(row)})`, row, first);
    check.require(
      !first || first.answeredAt === row.answeredAt,
      () => `row answer_events (${rowKey(row)})`,
      'has another time of the client',
    );
  }
  for (const row of tables.conflicts) {
    const conflict = log.attempts.get(row.attemptId)?.conflicts.find(({ offset }) => offset === row.position);
    requireStored(check, `row answer_conflicts (${row.attemptId} @${row.position})`, row, conflict);
  }
  return check;
}

function requireStored(check: PropertyCheck, name: string, row: ConflictRow, record: StandingAnswer | undefined): void {
  check.require(record !== undefined, () => name, 'is not what the log holds: no such record');
  if (!record) return;
  for (const field of ['seq', 'itemId', 'response', 'receivedAt', 'commitment'] as const) {
    check.require(
      isSame(row[field], record[field]),
      () => name,
      () => {
        return `${field} is ${JSON.stringify(row[field])}, in the log ${JSON.stringify(record[field])}`;
      },
    );
  }
  check.require(row.position === record.offset, () => name, `stands at ${record.offset}, not at ${row.position}`);
}

/** P11: every receipt verifies, and the log holds its answer and commitment where it says. */
export function checkReceipts({ history, answers, log, commitmentSecret, isUnsigned }: JudgedEvidence): PropertyCheck {
  const check = new PropertyCheck('P11');
  const keys = new PublishedKeys(history.run?.publicKeys ?? []);
  for (const answer of answers) {
    const name = () => nameOf(answer);
    check.require(
      answer.operation.outcome !== 'ok' || answer.receipts.length > 0,
      name,
      'was acknowledged without a receipt',
    );
    for (const { receipt } of answer.receipts) {
      const isSigned = isUnsigned === true || keys.verifies(receipt);
      check.require(isSigned, name, `has a receipt that key ${receipt.kid} has not signed`);
      const position = positionOf(ATTEMPTS, receipt.partition, receipt.offset);
      const record = log.answers.get(position);
      check.require(record !== undefined, name, `has a receipt for ${position}, where the log holds no answer`);
      if (!record) continue;
      const isThis = answerKey(record) === answerKey(answer) && isThisAnswer(receipt, answer);
      check.require(isThis, name, `has a receipt for ${position}, where another answer stands`);
      const isCommitted = record.commitment === receipt.commitment && record.receivedAt === receipt.receivedAt;
      check.require(isCommitted, name, `has a receipt whose commitment or time is not that of ${position}`);
    }
  }
  if (commitmentSecret) requireCommitments(check, log.answers, commitmentSecret);
  return check;
}

function isThisAnswer(
  receipt: { readonly attemptId: string; readonly seq: number; readonly itemId: string },
  answer: SentAnswer,
): boolean {
  return receipt.attemptId === answer.attemptId && receipt.seq === answer.seq && receipt.itemId === answer.itemId;
}

function requireCommitments(check: PropertyCheck, records: JudgedEvidence['log']['answers'], secret: Buffer): void {
  for (const [position, record] of records) {
    const isOpened = commitmentOf(secret, record) === record.commitment;
    check.require(isOpened, () => `record ${position}`, 'has a commitment to something else');
  }
}

function rowKey(row: Pick<AnswerRow, 'attemptId' | 'seq'>): string {
  return `${row.attemptId} ${row.seq}`;
}

export function memoised<Key extends object, Value>(compute: (key: Key) => Value): (key: Key) => Value {
  const known = new WeakMap<Key, Value>();
  return (key) => {
    if (!known.has(key)) known.set(key, compute(key));
    return known.get(key)!;
  };
}
