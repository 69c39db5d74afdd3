import type { Sat12 } from '../cast/sat12';
import type { AttemptReading, PlatformClient, Result, StoredAnswer } from '../client/platform.client';
import type { AttemptPlayer } from '../play/attempt.player';
import { expectedScore } from './expected-score';
import { commitmentOf, type ReceiptKeys, rootOf } from './hashes';

/** What the system says about one person at the end, against what that person's client knows. */
export interface PersonReport {
  readonly participantNumber: string;
  readonly attemptId: string;
  readonly acknowledged: number;
  readonly stored: number;
  /** Answers acknowledged and not stored. */
  readonly missing: number;
  readonly scored: boolean;
  readonly reconciled: boolean;
  readonly receipts: number;
  /** What does not agree; empty where everything does. */
  readonly problems: readonly string[];
}

export interface CheckContext {
  readonly platform: PlatformClient;
  readonly keys: ReceiptKeys;
  readonly sat12: Sat12;
}

/** Verdicts of answers that were received in time under the right login. */
const GOOD_VERDICTS = new Set(['counted', 'superseded']);

export async function checkPerson(player: AttemptPlayer, context: CheckContext): Promise<PersonReport> {
  const { login, attendee, ledger } = player;
  const reading = await player.read();
  const results = await resultsOf(login.attemptId, context.platform);
  const acknowledged = ledger.acknowledged;
  const stored = new Set(reading.answers.map(({ seq }) => seq));
  const root = rootOfReading(player, reading);
  const problems = [
    ...(player.failure === null ? [] : [`the client gave up: ${player.failure}`]),
    ...answerProblems(player, reading),
    ...receiptProblems(player, reading, context.keys),
    ...closingProblems(player, reading),
    ...resultProblems(player, results, root, context.sat12),
  ];
  return {
    participantNumber: attendee.person.participantNumber,
    attemptId: login.attemptId,
    acknowledged: acknowledged.length,
    stored: reading.answers.length,
    missing: acknowledged.filter(({ answer }) => !stored.has(answer.seq)).length,
    scored: results.length > 0,
    reconciled: results[0]?.root === root,
    receipts: ledger.receipts.length,
    problems,
  };
}

async function resultsOf(attemptId: string, platform: PlatformClient): Promise<Result[]> {
  try {
    const { current, earlier } = await platform.resultHistory(attemptId);
    return [current, ...earlier];
  } catch (error) {
    if ((error as { code?: unknown }).code === 'result.unknown') return [];
    throw error;
  }
}

function answerProblems({ ledger }: AttemptPlayer, { answers, conflicts, deadLetters }: AttemptReading): string[] {
  const sent = new Map(ledger.acknowledged.map(({ answer }) => [answer.seq, answer]));
  const stored = new Map(answers.map((answer) => [answer.seq, answer]));
  const problems: string[] = [];
  for (const [seq, answer] of sent) {
    const found = stored.get(seq);
    if (!found) problems.push(`answer ${seq} was acknowledged and is not stored`);
    else if (found.itemId !== answer.itemId || found.response !== answer.response) {
      problems.push(`answer ${seq} is stored with another content`);
    }
  }
  for (const { seq, verdict } of answers) {
    if (!sent.has(seq)) problems.push(`answer ${seq} is stored and was never acknowledged`);
    if (!GOOD_VERDICTS.has(verdict)) problems.push(`answer ${seq} is ${verdict}`);
  }
  if (stored.size !== answers.length) problems.push('an answer is stored twice');
  if (conflicts > 0) problems.push(`${conflicts} answers are in conflict`);
  if (deadLetters.length > 0) problems.push(`${deadLetters.length} records were set aside`);
  return problems;
}

function receiptProblems(player: AttemptPlayer, { answers }: AttemptReading, keys: ReceiptKeys): string[] {
  const { attemptId } = player.login;
  const stored = new Map(answers.map((answer) => [answer.seq, answer]));
  return player.ledger.receipts.flatMap((receipt) => {
    const answer = stored.get(receipt.seq);
    const problems: string[] = [];
    if (!keys.isGenuine(receipt)) problems.push(`the receipt of answer ${receipt.seq} has a wrong signature`);
    if (receipt.attemptId !== attemptId) problems.push(`the receipt of answer ${receipt.seq} is of another attempt`);
    if (answer && receipt.commitment !== commitmentOf(attemptId, answer)) {
      problems.push(`the receipt of answer ${receipt.seq} commits to another answer`);
    }
    // A repeat has a later position; the answer stands where it stood first.
    if (answer && receipt.offset < answer.offset) problems.push(`answer ${receipt.seq} stands behind its receipt`);
    return problems;
  });
}

function closingProblems({ attendee }: AttemptPlayer, { status, closedBy }: AttemptReading): string[] {
  const expected = attendee.runsOutOfTime ? 'deadline' : 'submitted';
  if (status !== 'closed') return [`the attempt is ${status}`];
  return closedBy === expected ? [] : [`the attempt was closed by ${closedBy} instead of ${expected}`];
}

function resultProblems({ attendee }: AttemptPlayer, results: readonly Result[], root: string, sat12: Sat12): string[] {
  const [result] = results;
  if (!result || results.length !== 1) return [`there are ${results.length} results instead of one`];
  const problems: string[] = [];
  if (result.root !== root) problems.push('the result belongs to other answers than are stored');
  const { scaleId: _, ...found } = result.scales[0]!;
  const expected = expectedScore(attendee, sat12);
  for (const [name, value] of Object.entries(expected)) {
    const given = found[name as keyof typeof expected];
    if (given !== value)
      problems.push(`${name} is ${given}; by row ${attendee.respondent.row} of the CSV it is ${value}`);
  }
  return problems;
}

function rootOfReading({ login, ledger }: AttemptPlayer, { answers }: AttemptReading): string {
  // All records of an attempt stand in one partition; a reading does not repeat which.
  const partition = ledger.receipts[0]?.partition ?? 0;
  const inLogOrder: readonly StoredAnswer[] = answers.toSorted((a, b) => a.offset - b.offset);
  return rootOf(login.attemptId, partition, inLogOrder);
}
