import type { Operation, Try } from '../evidence';
import { PropertyCheck } from '../findings';
import type { CommonEvidence, JudgedEvidence } from '../judged.evidence';
import { JUDGED_TOPICS, positionOf } from '../topics';
import { requireHeaders } from './fold.properties';

/** A command's event carries the server's time of the command, which lies between the driver's two but for clocks. */
const CLOCKS_MS = 10_000;
/** A forced finish is appended 11 s after its time, by a sweeper that may have been down for a minute. */
const FORCED_MS = 71_000;

interface Acknowledged {
  readonly operation: Operation;
  readonly one: Try;
  /** When this command was first asked for: a press that came to no clear end may have left the event of the next. */
  readonly askedMs: number;
  readonly reply: Readonly<Record<string, unknown>>;
}

type Effect = { readonly type: string; readonly data: Readonly<Record<string, unknown>> };

interface ExpectedEffect {
  readonly type: string;
  readonly fits: (effect: Effect, command: Acknowledged) => boolean;
}

/** For each kind of command: the event that it must have left, and which fields of the event the command decided. */
const EFFECTS: Readonly<Record<string, ExpectedEffect>> = {
  login: { type: 'petabakat.attempt.logged-in.v1', fits: ({ data }, { reply }) => data.epoch === reply.epoch },
  start: { type: 'petabakat.attempt.started.v1', fits: () => true },
  submit: { type: 'petabakat.attempt.close-requested.v1', fits: () => true },
  finish: { type: 'petabakat.attempt.close-requested.v1', fits: ({ data }) => data.cause === 'forced' },
  pause: { type: 'petabakat.attempt.paused.v1', fits: isOfTheMoment },
  resume: { type: 'petabakat.attempt.resumed.v1', fits: isOfTheMoment },
  move: {
    type: 'petabakat.attempt.moved.v1',
    fits: (effect, command) => effect.data.seat === command.one.intent.seat,
  },
  credit: { type: 'petabakat.attempt.time-credited.v1', fits: isOfTheMomentAndSize },
  reopen: { type: 'petabakat.attempt.reopened.v1', fits: isOfTheMomentAndSize },
  'accept-older-epoch': {
    type: 'petabakat.attempt.older-epoch-accepted.v1',
    fits: (effect, command) => effect.data.epoch === command.one.intent.epoch,
  },
};

/** P14: every acknowledged command has its effect, and each event acts once. */
export function checkCommands(evidence: JudgedEvidence): PropertyCheck {
  const check = new PropertyCheck('P14');
  const { history } = evidence;
  const presses = new Presses();
  for (const operation of history.operations) {
    const askedMs = presses.askedMs(operation);
    for (const one of operation.tries) {
      if (one.outcome?.outcome !== 'ok') continue;
      const command = { operation, one, askedMs, reply: (one.outcome.reply ?? {}) as Record<string, unknown> };
      if (operation.kind in EFFECTS) requireEffect(check, command, evidence);
      else if (operation.kind === 'open' || operation.kind === 'seal') requireSessionEvent(check, command, evidence);
    }
  }
  requireOneContentPerId(check, evidence);
  requireHeaders(evidence, check);
  return check;
}

/** Part of P14: the outbox published what it says, where it says. */
export function checkPublications({ outbox, shapes, eventIds }: CommonEvidence): PropertyCheck {
  const check = new PropertyCheck('P14');
  for (const row of outbox) {
    if (!row.isPublished || row.partition === null || row.offset === null) continue;
    if (!shapes.has(`${row.topic}/${row.partition}`) && !JUDGED_TOPICS.includes(row.topic)) continue;
    const position = positionOf(row.topic, row.partition, row.offset);
    check.require(
      eventIds.get(position) === row.eventId,
      () => `row ${row.schema}.outbox (${row.eventId})`,
      `is marked as published at ${position}, where it does not stand`,
    );
  }
  return check;
}

/** Follows commands in the order of the history: of each kind and attempt, since when it has been asked for in vain. */
class Presses {
  private readonly unclearSince = new Map<string, number>();

  askedMs({ kind, tries, outcome }: Operation): number {
    const { attemptId, atMs } = tries[0]!.intent;
    const key = `${kind} ${attemptId}`;
    const askedMs = Math.min(this.unclearSince.get(key) ?? Infinity, atMs);
    if (outcome === 'unknown') this.unclearSince.set(key, askedMs);
    else if (outcome === 'ok') this.unclearSince.delete(key);
    return askedMs;
  }
}

function requireEffect(check: PropertyCheck, command: Acknowledged, { log, tables }: JudgedEvidence): void {
  const { kind, op } = command.operation;
  const attemptId = String(command.one.intent.attemptId ?? command.reply.attemptId);
  const attempt = log.attempts.get(attemptId);
  const { type, fits } = EFFECTS[kind]!;
  const isDue = kind !== 'finish' || command.one.outcome!.atMs + FORCED_MS < tables.takenAtMs;
  if (!isDue) return check.count('not yet due');
  const isOne = (effect: Effect) => effect.type === type && fits(effect, command);
  const name = () => `${kind} ${attemptId} (op ${op})`;
  check.require(attempt?.controls.some(isOne) ?? false, name, `was acknowledged, and no ${type} stands in the log`);
  // What stands behind the end of the attempt, or behind another command of the same moment, changes nothing.
  if (attempt && !attempt.acted.some(isOne)) check.count('without effect');
}

function requireSessionEvent(check: PropertyCheck, { operation, one }: Acknowledged, { log }: JudgedEvidence): void {
  const verb = operation.kind === 'open' ? 'opened' : 'sealed';
  const sessionId = one.intent.sessionId;
  const holds = log.published.some(
    ({ event }) => event.type === `petabakat.session.${verb}.v1` && event.data.sessionId === sessionId,
  );
  const name = () => `${operation.kind} ${sessionId} (op ${operation.op})`;
  check.require(holds, name, `was acknowledged, and no session.${verb} stands in the log`);
}

/** The same id is the same event, wherever and however often it was published. */
function requireOneContentPerId(check: PropertyCheck, { log }: JudgedEvidence): void {
  const contents = new Map<string, string>();
  for (const { event, topic, partition, offset } of log.published) {
    const content = JSON.stringify(event.data);
    const known = contents.get(event.id);
    contents.set(event.id, content);
    const name = () => `record ${positionOf(topic, partition, offset)} (${event.id})`;
    check.require(known === undefined || known === content, name, 'says something else than its first copy');
  }
}

function isOfTheMoment(effect: Effect, { one, askedMs }: Acknowledged): boolean {
  const atMs = Date.parse(effect.data.at as string);
  return atMs >= askedMs - CLOCKS_MS && atMs <= one.outcome!.atMs + CLOCKS_MS;
}

function isOfTheMomentAndSize(effect: Effect, command: Acknowledged): boolean {
  return effect.data.seconds === command.one.intent.seconds && isOfTheMoment(effect, command);
}
