import type { HistoryEvidence, Operation, Try } from '../evidence';
import { PropertyCheck } from '../findings';
import type { CommonEvidence, JudgedEvidence } from '../judged.evidence';
import { ATTEMPTS } from '../topics';

/** After a fault is healed everything is as before within this time. */
const RECOVERY_MS = 60_000;
/** A service may write at any moment; what waits longer than this waits for a relay that does not come. */
const OUTBOX_WAIT_MS = 5_000;
/** 8 s that an append may take, and 2 s for the way there and back. */
const ANSWER_WAIT_MS = 10_000;
/** A command waits up to 5 s for the fold, 8 s for the log and 5 s for the fold again, and 2 s are on the way. */
const COMMAND_WAIT_MS = 20_000;

const SERVER_STATUS = /^5\d\d$/;

/** P8: every consumer has come to the end of its topics, soon after the last record and the last fault. */
export function checkLiveness({ faults, shapes, progress, outbox, takenAtMs }: CommonEvidence): PropertyCheck {
  const check = new PropertyCheck('P8');
  const healedMs = Math.max(0, ...faults.filter(({ step }) => step === 'heal').map(({ atMs }) => atMs));
  const ofAssessment = new Set<string>();
  for (const row of progress) {
    const shape = shapes.get(`${row.topic}/${row.partition}`);
    if (!shape) continue;
    const name = () => `progress of ${row.group} on ${row.topic}/${row.partition}`;
    check.require(
      row.nextOffset === shape.next,
      name,
      () => `stands at ${row.nextOffset}, the log ends at ${shape.next}`,
    );
    const sinceMs = row.movedAtMs - Math.max(shape.lastAppendedAtMs, healedMs);
    check.require(sinceMs <= RECOVERY_MS, name, () => `took ${Math.round(sinceMs)} ms to reach the end`);
    if (row.group === 'assessment') ofAssessment.add(`${row.topic}/${row.partition}`);
  }
  for (const [name, { topic }] of shapes) {
    if (topic !== ATTEMPTS) continue;
    check.require(ofAssessment.has(name), () => `progress of assessment on ${name}`, 'was never recorded');
  }
  for (const row of outbox) {
    if (!row.isPublished && row.createdAtMs > takenAtMs - OUTBOX_WAIT_MS) check.count('just written');
    else check.require(row.isPublished, () => `row ${row.schema}.outbox (${row.eventId})`, 'was never published');
  }
  return check;
}

/** P9: whatever was asked was answered in time, unless a fault lay upon it. */
export function checkBoundedWaiting({ history }: JudgedEvidence): PropertyCheck {
  const check = new PropertyCheck('P9');
  for (const operation of history.operations) {
    const limitMs = operation.kind === 'answer' ? ANSWER_WAIT_MS : COMMAND_WAIT_MS;
    for (const one of operation.tries) {
      const endMs = one.outcome?.atMs ?? history.endedMs;
      if (endMs === null) {
        check.count('cut off with the history');
        continue;
      }
      const waitedMs = endMs - one.intent.atMs;
      if (waitedMs > limitMs && isUnderFault(one, history)) check.count('slow under a fault');
      else
        check.require(
          waitedMs <= limitMs,
          () => tryName(operation, one),
          () => `waited ${Math.round(waitedMs)} ms`,
        );
    }
  }
  return check;
}

/** P10: nothing is unknown without a fault, and a refusal that calls itself certain names what makes it so. */
export function checkHonesty({ history }: JudgedEvidence): PropertyCheck {
  const check = new PropertyCheck('P10');
  for (const operation of history.operations) {
    for (const one of operation.tries) {
      const outcome = one.outcome?.outcome ?? 'unknown';
      check.count(outcome);
      const code = one.outcome?.code ?? 'no outcome';
      if (outcome === 'unknown') {
        const isExplained = isUnderFault(one, history) || (!one.outcome && history.endedMs === null);
        check.require(isExplained, () => tryName(operation, one), `is unknown (${code}) without a fault`);
        check.require(code !== 'no-receipt', () => tryName(operation, one), 'was acknowledged without a receipt');
      } else if (outcome === 'fail') {
        check.require(
          !SERVER_STATUS.test(code),
          () => tryName(operation, one),
          `is called certain by status ${code} alone`,
        );
      } else check.require(true, () => '', '');
      if (code === 'answer.not-appended' || code === 'answer.overloaded') check.count(code);
    }
  }
  return check;
}

function isUnderFault({ intent, outcome }: Try, history: HistoryEvidence): boolean {
  const [from, to] = [intent.atMs, outcome?.atMs ?? Infinity];
  return faultWindows(history).some((window) => from <= window.toMs && to >= window.fromMs);
}

interface Window {
  readonly fromMs: number;
  readonly toMs: number;
}

const windowsKnown = new WeakMap<HistoryEvidence, Window[]>();

/** From the first mark of each fault until its recovery; a fault that is never healed lasts. */
function faultWindows(history: HistoryEvidence): Window[] {
  const known = windowsKnown.get(history);
  if (known) return known;
  const windows = history.faults
    .filter(({ step }) => step !== 'heal')
    .map(({ name, atMs, step }) => {
      const heal = history.faults.find((mark) => mark.step === 'heal' && mark.name === name && mark.atMs >= atMs);
      const healedMs = heal?.atMs ?? (step === 'hit' ? atMs : Infinity);
      return { fromMs: atMs, toMs: healedMs + RECOVERY_MS };
    });
  windowsKnown.set(history, windows);
  return windows;
}

function tryName({ kind, op }: Operation, { intent }: Try): string {
  return `${kind} ${intent.attemptId ?? intent.sessionId ?? ''} (op ${op}, try ${intent.try})`;
}
