import { type Static, Type } from '@sinclair/typebox';
import {
  Actor,
  ClusterNumber,
  Hash,
  Identifier,
  Nullable,
  Offset,
  Partition,
  ReasonCode,
  Seconds,
  Timestamp,
  Version,
} from './shared.schemas';

const rosterEntry = {
  analyticsId: Identifier,
  version: Version,
  agency: Identifier,
  jobLevel: Nullable(Identifier),
  performance: Nullable(Identifier),
  dutyRegion: Nullable(Identifier),
  education: Nullable(Identifier),
  retirementYear: Nullable(Type.Integer({ minimum: 1950, maximum: 2200 })),
};

/** A person as everybody but the assessment service knows them: a pseudonym and codes. */
export const ParticipantRegistered = Type.Object({ ...rosterEntry });
export type ParticipantRegistered = Static<typeof ParticipantRegistered>;
export const ParticipantChanged = Type.Object({ ...rosterEntry });
export type ParticipantChanged = Static<typeof ParticipantChanged>;
export const ParticipantWithdrawn = Type.Object({ analyticsId: Identifier, version: Version, reasonCode: ReasonCode });
export type ParticipantWithdrawn = Static<typeof ParticipantWithdrawn>;

export const SessionPlanned = Type.Object({
  sessionId: Identifier,
  version: Version,
  cluster: ClusterNumber,
  siteId: Identifier,
  room: Identifier,
  startsAt: Timestamp,
  /** IANA zone of the site; the session's day is the day there. */
  timeZone: Type.String({ pattern: '^[A-Za-z_]+(/[A-Za-z0-9_+-]+)*$', maxLength: 64 }),
  durationSeconds: Seconds,
  /** Registration PINs can be used until this moment. */
  pinClosesAt: Timestamp,
  /** After this moment nobody may start. */
  lastStartAt: Timestamp,
  seats: Type.Integer({ minimum: 1, maximum: 10_000 }),
  formId: Identifier,
  formVersion: Version,
});
export type SessionPlanned = Static<typeof SessionPlanned>;

/** Seats of one event: a larger session comes as several events. */
export const SEATS_PER_EVENT_MAX = 500;

export const SeatsAssigned = Type.Object({
  sessionId: Identifier,
  version: Version,
  seats: Type.Array(Type.Object({ seat: Identifier, analyticsId: Identifier, extraSeconds: Seconds }), {
    minItems: 1,
    maxItems: SEATS_PER_EVENT_MAX,
  }),
});
export type SeatsAssigned = Static<typeof SeatsAssigned>;

export const SessionCancelled = Type.Object({ sessionId: Identifier, version: Version, reasonCode: ReasonCode });
export type SessionCancelled = Static<typeof SessionCancelled>;

/** Whether sessions of a cluster may be opened; running ones always finish. */
export const AdmissionChanged = Type.Object({
  cluster: ClusterNumber,
  version: Version,
  open: Type.Boolean(),
  reasonCode: ReasonCode,
  at: Timestamp,
});
export type AdmissionChanged = Static<typeof AdmissionChanged>;

export const SessionOpened = Type.Object({ sessionId: Identifier, version: Version, actor: Actor, at: Timestamp });
export type SessionOpened = Static<typeof SessionOpened>;

/** No attempt of the session is open any more; `root` is the RFC 9162 tree over its attempts' roots. */
export const SessionSealed = Type.Object({
  sessionId: Identifier,
  version: Version,
  actor: Actor,
  at: Timestamp,
  attempts: Type.Integer({ minimum: 0 }),
  root: Hash,
});
export type SessionSealed = Static<typeof SessionSealed>;

const decision = {
  cluster: ClusterNumber,
  /** Version of the cluster's state after this event. */
  version: Version,
  reasonCode: ReasonCode,
  /** Who decided: one or two staff accounts, or `gate`. */
  actors: Type.Array(Actor, { minItems: 1, maxItems: 2 }),
  at: Timestamp,
};

export const ClusterState = Type.Union(
  (['planned', 'ready', 'canary', 'ramping', 'make-up', 'held', 'aborted', 'closed'] as const).map((state) =>
    Type.Literal(state),
  ),
);
export type ClusterState = 'planned' | 'ready' | 'canary' | 'ramping' | 'make-up' | 'held' | 'aborted' | 'closed';

export const ClusterOpened = Type.Object({ ...decision });
export type ClusterOpened = Static<typeof ClusterOpened>;
export const ClusterHeld = Type.Object({ ...decision, from: ClusterState });
export type ClusterHeld = Static<typeof ClusterHeld>;
export const ClusterPromoted = Type.Object({ ...decision, from: ClusterState, to: ClusterState });
export type ClusterPromoted = Static<typeof ClusterPromoted>;
export const ClusterClosed = Type.Object({ ...decision });
export type ClusterClosed = Static<typeof ClusterClosed>;

export const GateOutcome = Type.Union([Type.Literal('passed'), Type.Literal('failed'), Type.Literal('inconclusive')]);
export type GateOutcome = Static<typeof GateOutcome>;

/** A recorded evaluation: the figures it saw and the log positions it saw them at. */
export const GateEvaluated = Type.Object({
  cluster: ClusterNumber,
  gate: Identifier,
  evaluation: Version,
  outcome: GateOutcome,
  reasonCode: ReasonCode,
  figures: Type.Record(Type.String(), Nullable(Type.Number())),
  positions: Type.Array(Type.Object({ topic: Type.String(), partition: Partition, offset: Offset })),
  at: Timestamp,
});
export type GateEvaluated = Static<typeof GateEvaluated>;

export const TargetChanged = Type.Object({
  targetId: Identifier,
  version: Version,
  from: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }),
  to: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }),
  people: Type.Integer({ minimum: 0 }),
  author: Type.String({ maxLength: 200 }),
  source: Type.String({ maxLength: 500 }),
  at: Timestamp,
});
export type TargetChanged = Static<typeof TargetChanged>;
