import { type Static, type TSchema, Type } from '@sinclair/typebox';
import {
  Actor,
  AnswerResponse,
  Epoch,
  FORM_ITEMS_MAX,
  ForeignTime,
  FormReference,
  Hash,
  Identifier,
  Nullable,
  Offset,
  Partition,
  ReasonCode,
  Seconds,
  Seq,
  Timestamp,
  Version,
} from './shared.schemas';

/** One answer as the gateway received it. The same `seq` with the same commitment is a repeat. */
export const AnswerSubmitted = Type.Object({
  attemptId: Identifier,
  itemId: Identifier,
  seq: Seq,
  response: AnswerResponse,
  answeredAt: ForeignTime,
  receivedAt: Timestamp,
  commitment: Hash,
});
export type AnswerSubmitted = Static<typeof AnswerSubmitted>;

/** The first login creates the attempt and carries all that the fold needs; every later one raises the epoch. */
export const AttemptLoggedIn = Type.Object({
  attemptId: Identifier,
  epoch: Epoch,
  analyticsId: Identifier,
  sessionId: Identifier,
  agency: Identifier,
  seat: Identifier,
  form: FormReference,
  durationSeconds: Seconds,
  extraSeconds: Seconds,
  jobLevel: Nullable(Identifier),
  performance: Nullable(Identifier),
  at: Timestamp,
});
export type AttemptLoggedIn = Static<typeof AttemptLoggedIn>;

export const AttemptStarted = Type.Object({ attemptId: Identifier, at: Timestamp });
export type AttemptStarted = Static<typeof AttemptStarted>;

const supervised = { attemptId: Identifier, reasonCode: ReasonCode, actor: Actor, at: Timestamp };

export const AttemptPaused = Type.Object({ ...supervised });
export type AttemptPaused = Static<typeof AttemptPaused>;

export const AttemptResumed = Type.Object({ ...supervised });
export type AttemptResumed = Static<typeof AttemptResumed>;

export const AttemptTimeCredited = Type.Object({ ...supervised, seconds: Seconds });
export type AttemptTimeCredited = Static<typeof AttemptTimeCredited>;

export const AttemptMoved = Type.Object({ ...supervised, epoch: Epoch, seat: Identifier });
export type AttemptMoved = Static<typeof AttemptMoved>;

/** Answers of this epoch that stand before this event count although a newer epoch had begun. */
export const OlderEpochAccepted = Type.Object({ ...supervised, epoch: Epoch });
export type OlderEpochAccepted = Static<typeof OlderEpochAccepted>;

/** The mended record of a dead letter; it is judged at the position where it first stood. */
export const DeadLetterReplayed = Type.Object({
  ...supervised,
  partition: Partition,
  offset: Offset,
  answer: AnswerSubmitted,
});
export type DeadLetterReplayed = Static<typeof DeadLetterReplayed>;

export const DeadLetterDismissed = Type.Object({ ...supervised, partition: Partition, offset: Offset });
export type DeadLetterDismissed = Static<typeof DeadLetterDismissed>;

export const CloseCause = Type.Union([Type.Literal('submitted'), Type.Literal('deadline'), Type.Literal('forced')]);
export type CloseCause = Static<typeof CloseCause>;

/** The marker at which an attempt closes. `at`: the moment of the command, or the deadline that ran out. */
export const CloseRequested = Type.Object({
  attemptId: Identifier,
  cause: CloseCause,
  at: Timestamp,
  actor: Nullable(Actor),
  reasonCode: Nullable(ReasonCode),
});
export type CloseRequested = Static<typeof CloseRequested>;

/** Lifts a close marker; `seconds` are credited so that there is time to go on. */
export const AttemptReopened = Type.Object({ ...supervised, seconds: Seconds });
export type AttemptReopened = Static<typeof AttemptReopened>;

/** A column: an entry for each item of the form. */
function ofItems<T extends TSchema>(entry: T) {
  return Type.Array(entry, { maxItems: FORM_ITEMS_MAX });
}

/** The final responses of an attempt, in columns: index i of each column belongs to `itemIds[i]`. */
export const AttemptClosed = Type.Object({
  attemptId: Identifier,
  /** The highest closing of an attempt supersedes the earlier ones. */
  closing: Version,
  analyticsId: Identifier,
  sessionId: Identifier,
  agency: Identifier,
  form: FormReference,
  jobLevel: Nullable(Identifier),
  performance: Nullable(Identifier),
  closedBy: CloseCause,
  startedAt: Nullable(Timestamp),
  /** When the attempt's time ended: the command of a submit or forced finish, else the deadline. */
  closedAt: Timestamp,
  creditedSeconds: Seconds,
  resumes: Type.Integer({ minimum: 0 }),
  itemIds: ofItems(Identifier),
  /** null: never answered, or cleared (then `seqs` is not null). */
  responses: ofItems(AnswerResponse),
  seqs: ofItems(Nullable(Seq)),
  answeredAt: ofItems(Nullable(ForeignTime)),
  receivedAt: ofItems(Nullable(Timestamp)),
  /** How often the participant answered the item, superseded answers included. */
  revisions: ofItems(Type.Integer({ minimum: 0 })),
  counts: Type.Object({
    recorded: Type.Integer({ minimum: 0 }),
    counted: Type.Integer({ minimum: 0 }),
    superseded: Type.Integer({ minimum: 0 }),
    late: Type.Integer({ minimum: 0 }),
    olderEpoch: Type.Integer({ minimum: 0 }),
    unexpected: Type.Integer({ minimum: 0 }),
    conflicts: Type.Integer({ minimum: 0 }),
  }),
  /** RFC 9162 tree over the first record of each `seq`, in the order of the log, late ones included. */
  root: Hash,
});
export type AttemptClosed = Static<typeof AttemptClosed>;
