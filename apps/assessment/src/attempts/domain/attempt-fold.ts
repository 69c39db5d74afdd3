import {
  type AnswerSubmitted,
  type AttemptClosed,
  type AttemptLoggedIn,
  type AttemptMoved,
  type AttemptReopened,
  type AttemptResumed,
  type AttemptTimeCredited,
  type CloseRequested,
  type DeadLetterDismissed,
  type DeadLetterReplayed,
  type EventName,
  type OlderEpochAccepted,
  msOf,
} from '@app/contracts';
import {
  type AnswerRecord,
  type AttemptHeader,
  type AttemptState,
  type ConflictRecord,
  deadlineOf,
} from './attempt-state';
import { type RootOf, closedResponses } from './closing';
import { currentAnswers, standingOf } from './judgement';

/** One record of an attempt's partition, decoded. `rejected`: it went to the dead letters. */
export type AttemptRecord =
  | {
      readonly kind: 'event';
      readonly partition: number;
      readonly offset: number;
      readonly id: string;
      readonly name: EventName;
      readonly data: unknown;
    }
  | { readonly kind: 'rejected'; readonly partition: number; readonly offset: number };

/** What one record changes; SQL writes exactly this. Empty where the record has no effect. */
export interface AttemptChange {
  readonly header?: AttemptHeader;
  readonly answer?: AnswerRecord;
  readonly conflict?: ConflictRecord;
  /** The answer that counts for its item from now on. */
  readonly current?: AnswerRecord;
  /** The header re-judged the history: what counts now, for all items. */
  readonly rejudged?: ReadonlyMap<string, AnswerRecord>;
  readonly closed?: AttemptClosed;
}

const NO_CHANGE: AttemptChange = {};

/** Events after which answers judged earlier may be worth something else; folding them needs the whole history. */
const REJUDGING: ReadonlySet<EventName> = new Set([
  'attemptPaused',
  'attemptResumed',
  'attemptTimeCredited',
  'olderEpochAccepted',
  'deadLetterReplayed',
  'deadLetterDismissed',
  'closeRequested',
  'attemptReopened',
]);

export function rejudges(name: EventName): boolean {
  return REJUDGING.has(name);
}

/**
 * The rule of the answer path: what a record of the attempt's partition changes. Pure: the same records in the same
 * order always give the same changes, whatever batches they arrive in.
 */
export function foldRecord(state: AttemptState, record: AttemptRecord, rootOf: RootOf): AttemptChange {
  if (record.kind === 'rejected') return onRejected(state, record.offset);
  if (record.name === 'answerSubmitted') {
    return recordAnswer(state, answerAt(record.data as AnswerSubmitted, record.offset));
  }
  return onControl(state, record, rootOf);
}

/** Takes a change into the loaded state. The state is the caller's own working copy. */
export function applyChange(state: AttemptState, change: AttemptChange): void {
  if (change.header) state.header = change.header;
  if (change.answer) state.answers.set(change.answer.seq, change.answer);
  if (change.current) state.current.set(change.current.itemId, change.current);
  if (change.rejudged) {
    state.current.clear();
    for (const [itemId, answer] of change.rejudged) state.current.set(itemId, answer);
  }
}

function answerAt(data: AnswerSubmitted, offset: number): AnswerRecord {
  return {
    attemptId: data.attemptId,
    seq: data.seq,
    itemId: data.itemId,
    response: data.response,
    answeredAt: data.answeredAt,
    receivedAtMs: msOf(data.receivedAt),
    commitment: data.commitment,
    offset,
  };
}

function recordAnswer(state: AttemptState, answer: AnswerRecord): AttemptChange {
  const first = state.answers.get(answer.seq);
  if (first) return first.commitment === answer.commitment ? NO_CHANGE : recordConflict(state, answer);
  if (standingOf(answer, state.header) !== 'counted') return { answer };
  const rival = state.current.get(answer.itemId);
  return rival && rival.seq > answer.seq ? { answer } : { answer, current: answer };
}

function recordConflict(state: AttemptState, answer: AnswerRecord): AttemptChange {
  const { answeredAt: _, ...conflict } = answer;
  const header = state.header && { ...state.header, conflicts: state.header.conflicts + 1 };
  return header ? { conflict, header } : { conflict };
}

function onRejected(state: AttemptState, offset: number): AttemptChange {
  if (!state.header || state.header.openDeadLetters.includes(offset)) return NO_CHANGE;
  return { header: { ...state.header, openDeadLetters: [...state.header.openDeadLetters, offset] } };
}

type ControlRecord = Extract<AttemptRecord, { kind: 'event' }>;

function onControl(state: AttemptState, record: ControlRecord, rootOf: RootOf): AttemptChange {
  if (state.header?.appliedIds.includes(record.id)) return NO_CHANGE;
  const replayed =
    record.name === 'deadLetterReplayed' ? mendedAnswer(state, record.data as DeadLetterReplayed) : undefined;
  const next = nextHeader(state.header, record);
  if (!next) return state.header ? { header: withApplied(state.header, record.id) } : NO_CHANGE;
  const header = { ...withApplied(next, record.id), version: next.version + 1 };
  if (!rejudges(record.name)) return { header };
  return { ...(replayed ? { answer: replayed } : {}), ...settle(state, header, replayed, record.name, rootOf) };
}

/** Kept also for an event without effect: a repeat of it that arrives in another state must not act then. */
function withApplied(header: AttemptHeader, id: string): AttemptHeader {
  return { ...header, appliedIds: [...header.appliedIds, id] };
}

/** The mended record stands where the dead letter stood, unless its `seq` has been recorded since. */
function mendedAnswer(state: AttemptState, data: DeadLetterReplayed): AnswerRecord | undefined {
  if (!state.header?.openDeadLetters.includes(data.offset) || state.answers.has(data.answer.seq)) return undefined;
  return answerAt(data.answer, data.offset);
}

/** Judges the history by the new header, and closes the attempt anew where it is closed and nothing withholds it. */
function settle(
  state: AttemptState,
  header: AttemptHeader,
  added: AnswerRecord | undefined,
  cause: EventName,
  rootOf: RootOf,
): AttemptChange {
  const answers = new Map(state.answers);
  if (added) answers.set(added.seq, added);
  const rejudged = currentAnswers(answers.values(), header);
  if (!header.marker || header.openDeadLetters.length > 0 || !changesClosing(cause)) return { header, rejudged };
  const closing = { ...header, closing: header.closing + 1 };
  const closed = closedResponses({ ...state, header: closing, answers }, closing, header.marker, rootOf);
  return { header: closing, rejudged, closed };
}

/** Pauses and credits of a closed attempt change nothing until it is reopened. */
function changesClosing(name: EventName): boolean {
  return name !== 'attemptPaused' && name !== 'attemptResumed' && name !== 'attemptTimeCredited';
}

/** @returns null where the event has no effect in this state */
function nextHeader(header: AttemptHeader | null, record: ControlRecord): AttemptHeader | null {
  if (record.name === 'attemptLoggedIn') return onLoggedIn(header, record);
  if (!header) return null;
  switch (record.name) {
    case 'attemptStarted':
      return onStarted(header, record);
    case 'attemptMoved':
      return onMoved(header, record.data as AttemptMoved, record.offset);
    case 'attemptPaused':
      return onPaused(header, record);
    case 'attemptResumed':
      return onResumed(header, record.data as AttemptResumed);
    case 'attemptTimeCredited':
      return onTimeCredited(header, record.data as AttemptTimeCredited);
    case 'olderEpochAccepted':
      return onOlderEpochAccepted(header, record.data as OlderEpochAccepted, record.offset);
    case 'deadLetterReplayed':
    case 'deadLetterDismissed':
      return onDeadLetterSettled(header, record.data as DeadLetterDismissed);
    case 'closeRequested':
      return onCloseRequested(header, record.data as CloseRequested, record.offset);
    case 'attemptReopened':
      return onReopened(header, record.data as AttemptReopened);
    default:
      return null;
  }
}

function onLoggedIn(header: AttemptHeader | null, record: ControlRecord): AttemptHeader | null {
  const data = record.data as AttemptLoggedIn;
  if (!header) return newHeader(data, record);
  const begun = beginEpoch(header, data.epoch, record.offset);
  if (!begun) return null;
  return { ...begun, seat: data.seat, resumes: header.startedAtMs === null ? header.resumes : header.resumes + 1 };
}

function newHeader(data: AttemptLoggedIn, record: ControlRecord): AttemptHeader {
  return {
    attemptId: data.attemptId,
    analyticsId: data.analyticsId,
    sessionId: data.sessionId,
    agency: data.agency,
    seat: data.seat,
    form: data.form,
    jobLevel: data.jobLevel,
    performance: data.performance,
    partition: record.partition,
    epochStarts: Array.from({ length: data.epoch }, () => record.offset),
    acceptedEpochs: [],
    durationSeconds: data.durationSeconds,
    extraSeconds: data.extraSeconds,
    creditedSeconds: 0,
    startedAtMs: null,
    startedOffset: null,
    pausedAtMs: null,
    pausedMs: 0,
    resumes: 0,
    marker: null,
    closing: 0,
    openDeadLetters: [],
    conflicts: 0,
    appliedIds: [],
    version: 0,
  };
}

/** Epochs only rise. One that was never seen began where the newer one did. */
function beginEpoch(header: AttemptHeader, epoch: number, offset: number): AttemptHeader | null {
  const missing = epoch - header.epochStarts.length;
  if (missing <= 0) return null;
  return { ...header, epochStarts: [...header.epochStarts, ...Array.from({ length: missing }, () => offset)] };
}

function onStarted(header: AttemptHeader, record: ControlRecord): AttemptHeader | null {
  if (header.startedAtMs !== null || header.marker) return null;
  return { ...header, startedAtMs: atMs(record.data), startedOffset: record.offset };
}

function onMoved(header: AttemptHeader, data: AttemptMoved, offset: number): AttemptHeader | null {
  const begun = beginEpoch(header, data.epoch, offset);
  return begun && { ...begun, seat: data.seat };
}

function onPaused(header: AttemptHeader, record: ControlRecord): AttemptHeader | null {
  if (header.marker || header.startedAtMs === null || header.pausedAtMs !== null) return null;
  return { ...header, pausedAtMs: atMs(record.data) };
}

function onResumed(header: AttemptHeader, data: AttemptResumed): AttemptHeader | null {
  if (header.marker || header.pausedAtMs === null) return null;
  const pauseMs = Math.max(0, msOf(data.at) - header.pausedAtMs);
  return { ...header, pausedAtMs: null, pausedMs: header.pausedMs + pauseMs };
}

function onTimeCredited(header: AttemptHeader, data: AttemptTimeCredited): AttemptHeader | null {
  if (header.marker) return null;
  return { ...header, creditedSeconds: header.creditedSeconds + data.seconds };
}

function onOlderEpochAccepted(header: AttemptHeader, data: OlderEpochAccepted, offset: number): AttemptHeader | null {
  if (data.epoch >= header.epochStarts.length) return null;
  return { ...header, acceptedEpochs: [...header.acceptedEpochs, { epoch: data.epoch, offset }] };
}

function onDeadLetterSettled(header: AttemptHeader, data: { readonly offset: number }): AttemptHeader | null {
  if (!header.openDeadLetters.includes(data.offset)) return null;
  return { ...header, openDeadLetters: header.openDeadLetters.filter((offset) => offset !== data.offset) };
}

/** A deadline marker that a later credit or pause has overtaken closes nothing. */
function onCloseRequested(header: AttemptHeader, data: CloseRequested, offset: number): AttemptHeader | null {
  if (header.marker) return null;
  const markerMs = msOf(data.at);
  if (data.cause === 'deadline') {
    const deadlineMs = deadlineOf(header);
    if (deadlineMs === null || deadlineMs > markerMs) return null;
  }
  return { ...header, marker: { cause: data.cause, atMs: markerMs, offset } };
}

/** The attempt goes on from now: the time between its end and the reopening is not charged. */
function onReopened(header: AttemptHeader, data: AttemptReopened): AttemptHeader | null {
  if (!header.marker) return null;
  const closedMs = Math.max(0, msOf(data.at) - header.marker.atMs);
  return {
    ...header,
    marker: null,
    pausedAtMs: null,
    pausedMs:
      header.pausedMs + (header.pausedAtMs === null ? closedMs : Math.max(0, msOf(data.at) - header.pausedAtMs)),
    creditedSeconds: header.creditedSeconds + data.seconds,
  };
}

function atMs(data: unknown): number {
  return msOf((data as { at: string }).at);
}
