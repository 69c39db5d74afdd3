import type { AttemptJudge } from '../attempt.judge';
import type { AttemptRow, PackageRow, ResultRow } from '../evidence';
import { PropertyCheck } from '../findings';
import { type JudgedEvidence, isSame } from '../judged.evidence';
import { RESPONSES, RESULTS, positionOf } from '../topics';
import { scalesOf } from '../sum.score';

/** P4: for each item the answer with the highest `seq` of those that count, and no other row. */
export function checkHighestCounts({ log, tables }: JudgedEvidence): PropertyCheck {
  const check = new PropertyCheck('P4');
  const rows = new Map(tables.answers.map((row) => [`${row.attemptId} ${row.itemId}`, row]));
  for (const attempt of log.attempts.values()) {
    for (const [answer, verdict] of attempt.verdicts()) {
      if (verdict !== 'counted') continue;
      const key = `${attempt.attemptId} ${answer.itemId}`;
      const row = rows.get(key);
      rows.delete(key);
      const holds = row?.seq === answer.seq && isSame(row.response, answer.response);
      check.require(
        holds,
        () => `row answers (${key})`,
        () => {
          return `is ${row ? `seq ${row.seq}, ${JSON.stringify(row.response)}` : 'missing'}, the log gives seq ${answer.seq}, ${JSON.stringify(answer.response)}`;
        },
      );
    }
  }
  for (const key of rows.keys()) check.require(false, () => `row answers (${key})`, 'counts nothing that the log has');
  return check;
}

/** P5: each closing, its publication and its result are what the checker's own fold gives. */
export function checkClosings(evidence: JudgedEvidence): PropertyCheck {
  const check = new PropertyCheck('P5');
  const { log, tables } = evidence;
  const published = groupedEvents(evidence, 'petabakat.attempt.closed.v1', check);
  const rows = new Map(tables.closings.map((row) => [`${row.attemptId} ${row.closing}`, row]));
  for (const attempt of log.attempts.values()) {
    attempt.closings.forEach((closing, index) => {
      const key = `${attempt.attemptId} ${index + 1}`;
      requirePublished(check, key, closing, published.get(key));
      const row = rows.get(key);
      const isKept = row?.root === closing.root && row?.closedBy === closing.closedBy;
      check.require(isKept, () => `row closings (${key})`, row ? 'has another root or cause' : 'is missing');
      published.delete(key);
      rows.delete(key);
    });
  }
  for (const key of published.keys())
    check.require(false, () => `closing ${key} on ${RESPONSES}`, 'closes what the log does not close');
  for (const key of rows.keys())
    check.require(false, () => `row closings (${key})`, 'closes what the log does not close');
  checkResults(evidence, check);
  return check;
}

function requirePublished(
  check: PropertyCheck,
  key: string,
  closing: Readonly<Record<string, unknown>>,
  data: Readonly<Record<string, unknown>> | undefined,
): void {
  const name = () => `closing ${key} on ${RESPONSES}`;
  check.require(data !== undefined, name, 'was not published');
  if (!data) return;
  for (const field of Object.keys(closing)) {
    if (field === 'counts') continue;
    check.require(isSame(data[field], closing[field]), name, () => {
      return `${field} is ${JSON.stringify(data[field])}, the log gives ${JSON.stringify(closing[field])}`;
    });
  }
}

/** By attempt and closing; the same again is a repeat, something else under the same number a break. */
function groupedEvents(
  { log }: JudgedEvidence,
  type: string,
  check: PropertyCheck,
): Map<string, Readonly<Record<string, unknown>>> {
  const found = new Map<string, Readonly<Record<string, unknown>>>();
  for (const { event, topic, partition, offset } of log.published) {
    if (event.type !== type) continue;
    const key = `${String(event.data.attemptId)} ${String(event.data.closing)}`;
    const known = found.get(key);
    if (known) check.count('published again');
    const name = () => `record ${positionOf(topic, partition, offset)} (${event.id})`;
    check.require(!known || isSame(known, event.data), name, 'differs from an earlier record of the same closing');
    found.set(key, event.data);
  }
  return found;
}

function checkResults(evidence: JudgedEvidence, check: PropertyCheck): void {
  const { log, tables } = evidence;
  const published = groupedEvents(evidence, 'petabakat.result.scored.v1', check);
  for (const row of tables.results) {
    const key = `${row.attemptId} ${row.closing}`;
    const closing = log.attempts.get(row.attemptId)?.closings[row.closing - 1];
    const name = () => `row results (${key})`;
    check.require(closing?.root === row.result.root, name, 'does not rest on the root of its closing');
    check.require(isSame(published.get(key), row.result), name, `is not what ${RESULTS} says`);
    published.delete(key);
    if (closing) requireScore(check, name, row, closing, tables.packages);
  }
  for (const key of published.keys()) check.require(false, () => `result ${key} on ${RESULTS}`, 'has no row');
  const scored = new Set(tables.results.map((row) => `${row.attemptId} ${row.closing}`));
  for (const attempt of log.attempts.values()) {
    const last = attempt.closings.length;
    if (last === 0 || tables.packages.length === 0) continue;
    check.require(
      scored.has(`${attempt.attemptId} ${last}`),
      () => `closing ${attempt.attemptId} ${last}`,
      'has no result',
    );
  }
}

function requireScore(
  check: PropertyCheck,
  name: () => string,
  row: ResultRow,
  closing: Readonly<Record<string, unknown>>,
  packages: readonly PackageRow[],
): void {
  const used = row.result.package as { packageId: string; version: number; hash: string };
  const scoringPackage = packages.find(
    ({ packageId, version, hash }) => packageId === used.packageId && version === used.version && hash === used.hash,
  );
  check.require(scoringPackage !== undefined, name, 'was made with a package that is not there');
  if (!scoringPackage) return;
  const scales = scalesOf(closing, scoringPackage.content);
  check.require(isSame(row.result.scales, scales), name, () => {
    return `scores ${JSON.stringify(row.result.scales)}, the log gives ${JSON.stringify(scales)}`;
  });
}

/** Part of P14: an attempt's row is what its control events make of it, each applied once. */
export function requireHeaders({ log, tables }: JudgedEvidence, check: PropertyCheck): void {
  const rows = new Map(tables.attempts.map((row) => [row.attemptId, row]));
  for (const attempt of log.attempts.values()) {
    if (!attempt.person) continue;
    const row = rows.get(attempt.attemptId);
    rows.delete(attempt.attemptId);
    check.require(row !== undefined, () => `row attempts (${attempt.attemptId})`, 'is missing');
    if (row) requireHeader(check, row, attempt);
  }
  for (const attemptId of rows.keys()) {
    check.require(false, () => `row attempts (${attemptId})`, 'is of an attempt that nobody logged in to');
  }
}

function requireHeader(check: PropertyCheck, row: AttemptRow, attempt: AttemptJudge): void {
  const name = () => `row attempts (${row.attemptId})`;
  const expected: Record<string, unknown> = { ...attempt.header };
  for (const [field, value] of Object.entries(expected)) {
    check.require(isSame(row.header[field], value), name, () => {
      return `${field} is ${JSON.stringify(row.header[field])}, the log gives ${JSON.stringify(value)}`;
    });
  }
  const columns: [string, unknown, unknown][] = [
    ['status', row.status, attempt.status],
    ['closing', row.closing, attempt.closings.length],
    ['version', row.version, attempt.acted.length],
    ['deadline_at', row.deadlineAt, attempt.deadlineMs === null ? null : new Date(attempt.deadlineMs).toISOString()],
  ];
  for (const [field, found, value] of columns) {
    check.require(isSame(found, value), name, `column ${field} is ${String(found)}, the log gives ${String(value)}`);
  }
}
