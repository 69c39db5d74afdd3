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

/** People who no longer have these seats; where they sit instead, another event says. */
export const SeatsReleased = Type.Object({
  sessionId: Identifier,
  version: Version,
  seats: Type.Array(Type.Object({ seat: Identifier, analyticsId: Identifier }), {
    minItems: 1,
    maxItems: SEATS_PER_EVENT_MAX,
  }),
  reasonCode: ReasonCode,
});
export type SeatsReleased = Static<typeof SeatsReleased>;

/** A stored plan of seats was put in force. Who sits where, the events of the sessions say. */
export const SeatPlanAdopted = Type.Object({
  cluster: ClusterNumber,
  /** Version of the plan, counted per cluster. */
  plan: Version,
  /** SHA-256 over what the plan was made from. */
  inputHash: Hash,
  seed: Type.Integer({ minimum: 0 }),
  /** Who made the plan and who put it in force; one person where both were. */
  actors: Type.Array(Actor, { minItems: 1, maxItems: 2 }),
  reasonCode: ReasonCode,
  given: Type.Integer({ minimum: 0 }),
  moved: Type.Integer({ minimum: 0 }),
  released: Type.Integer({ minimum: 0 }),
  unchanged: Type.Integer({ minimum: 0 }),
  at: Timestamp,
});
export type SeatPlanAdopted = Static<typeof SeatPlanAdopted>;

export const SessionCancelled = Type.Object({ sessionId: Identifier, version: Version, reasonCode: ReasonCode });
export type SessionCancelled = Static<typeof SessionCancelled>;

const SharePercent = Type.Number({ minimum: 0, maximum: 100 });

/** Whether sessions of a cluster may be opened; running ones always finish. */
export const AdmissionChanged = Type.Object({
  cluster: ClusterNumber,
  version: Version,
  open: Type.Boolean(),
  reasonCode: ReasonCode,
  at: Timestamp,
  /** Share of the cluster's people who may sit: the canary, a wave, or everybody. */
  sharePercent: Type.Optional(SharePercent),
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

export const GateOutcome = Type.Union([Type.Literal('passed'), Type.Literal('failed'), Type.Literal('inconclusive')]);
export type GateOutcome = Static<typeof GateOutcome>;

/** An evaluation that a decision relied on. */
const GateReference = Type.Object({
  cluster: ClusterNumber,
  gate: Identifier,
  /** null where the gate had not spoken. */
  evaluation: Nullable(Version),
  outcome: GateOutcome,
  /** Two people went on over an inconclusive outcome. */
  overridden: Type.Boolean(),
});

const decision = {
  cluster: ClusterNumber,
  /** Version of the cluster's state after this event. */
  version: Version,
  reasonCode: ReasonCode,
  /** Who decided: one or two staff accounts, or `gate`. */
  actors: Type.Array(Actor, { minItems: 1, maxItems: 2 }),
  at: Timestamp,
  /** Share of the cluster's people who may sit from now on. */
  sharePercent: Type.Optional(SharePercent),
  gates: Type.Optional(Type.Array(GateReference)),
};

export const ClusterState = Type.Union(
  (['planned', 'ready', 'canary', 'ramping', 'make-up', 'held', 'aborted', 'closed'] as const).map((state) =>
    Type.Literal(state),
  ),
);
export type ClusterState = 'planned' | 'ready' | 'canary' | 'ramping' | 'make-up' | 'held' | 'aborted' | 'closed';

/** `to` is the canary, or the first wave where the plan has no canary. */
export const ClusterOpened = Type.Object({ ...decision, to: Type.Optional(ClusterState) });
export type ClusterOpened = Static<typeof ClusterOpened>;
export const ClusterHeld = Type.Object({ ...decision, from: ClusterState });
export type ClusterHeld = Static<typeof ClusterHeld>;
export const ClusterPromoted = Type.Object({ ...decision, from: ClusterState, to: ClusterState });
export type ClusterPromoted = Static<typeof ClusterPromoted>;
export const ClusterClosed = Type.Object({ ...decision });
export type ClusterClosed = Static<typeof ClusterClosed>;
export const ClusterAborted = Type.Object({ ...decision, from: ClusterState });
export type ClusterAborted = Static<typeof ClusterAborted>;

/** A recorded evaluation: the figures it saw and the log positions it saw them at. */
export const GateEvaluated = Type.Object({
  cluster: ClusterNumber,
  gate: Identifier,
  evaluation: Version,
  /** Where the cluster stood: ready, canary, wave-25, make-up ... */
  stage: Type.Optional(Identifier),
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

/** What one process measured of itself in the window before `at`. A figure that it does not have is null. */
export const FiguresReported = Type.Object({
  process: Identifier,
  /** What the process does: gateway, assessment, scoring, scheduler. */
  role: Identifier,
  at: Timestamp,
  windowSeconds: Seconds,
  /** 99th percentile of the time from an answer's arrival to its acknowledgement; null without answers. */
  acknowledgementP99Ms: Nullable(Type.Number({ minimum: 0 })),
  /** How far the slowest partition is behind the log's end. */
  lagSeconds: Nullable(Type.Number({ minimum: 0 })),
  /** Appends whose outcome is unknown. */
  unknowns: Nullable(Type.Integer({ minimum: 0 })),
  /** Name of what runs (build, form, scoring package ...) and its version or hash; equal names must agree everywhere. */
  versions: Type.Record(
    Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._/-]{0,127}$' }),
    Type.String({ maxLength: 128 }),
  ),
  /** The process was stopped in good order: nobody waits for its next report. */
  stopped: Type.Optional(Type.Boolean()),
});
export type FiguresReported = Static<typeof FiguresReported>;

export const AttestationKind = Type.Union([Type.Literal('rehearsal'), Type.Literal('image-hash')]);
export type AttestationKind = Static<typeof AttestationKind>;

/** What a person saw at a site and vouches for. The latest of each site and kind is in force. */
export const AttestationRecorded = Type.Object({
  attestationId: Identifier,
  kind: AttestationKind,
  siteId: Identifier,
  passed: Type.Boolean(),
  /** The hash that every seat of the site reported; null for a rehearsal. */
  imageHash: Nullable(Hash),
  reasonCode: ReasonCode,
  actor: Actor,
  at: Timestamp,
});
export type AttestationRecorded = Static<typeof AttestationRecorded>;

/** What a statement changed in a table of records, or a part of it where the rows are many. */
export const RecordsChanged = Type.Object({
  /** The service whose records they are. */
  service: Identifier,
  /** Changes of a service are counted, in the order in which they were made. */
  number: Version,
  table: Type.String({ pattern: '^[a-z][a-z_]{0,62}$' }),
  operation: Type.Union([Type.Literal('insert'), Type.Literal('update'), Type.Literal('delete')]),
  part: Version,
  parts: Version,
  /** Text of a JSON list, whole once the parts are joined: new rows; keys and what is different now; keys of removed rows. */
  rows: Type.String(),
});
export type RecordsChanged = Static<typeof RecordsChanged>;
