import { type Static, Type } from '@sinclair/typebox';
import { Actor, Hash, Identifier, Nullable, ReasonCode, Timestamp, Version } from './shared.schemas';

const Count = Type.Integer({ minimum: 0 });
const Probability = Type.Number({ minimum: 0, maximum: 1 });
const PackageReference = Type.Object({ packageId: Identifier, version: Version, hash: Hash });

/** Number of the package's cuts at or below theta; every cut is closed below. */
export const LevelDecision = Type.Object({
  level: Type.Integer({ minimum: 0, maximum: 9 }),
  /** That the person's true level is this one, given the standard error; null where there is none. */
  probability: Nullable(Probability),
  /** The probability is below the package's limit. */
  uncertain: Type.Boolean(),
});
export type LevelDecision = Static<typeof LevelDecision>;

/** How well the answers fit the model. A flag for a person to look at; it never changes a score. */
export const PersonFitReport = Type.Object({
  lz: Nullable(Type.Number()),
  /** null for EAP, for which it does not exist. */
  lzStar: Nullable(Type.Number()),
  infit: Nullable(Type.Number()),
  outfit: Nullable(Type.Number()),
  flagged: Type.Boolean(),
});
export type PersonFitReport = Static<typeof PersonFitReport>;

export const NoScoreReason = Type.Union([
  /** The form had no item of the scale's section. */
  Type.Literal('not-delivered'),
  /** Fewer items were answered than the package asks for. */
  Type.Literal('too-few-items'),
  /** The estimator does not exist for these answers. */
  Type.Literal('no-estimate'),
]);
export type NoScoreReason = Static<typeof NoScoreReason>;

export const ScaleScore = Type.Object({
  scaleId: Identifier,
  /** Sum of the credits of the scale's items; null where `noScoreReason` says why. */
  score: Nullable(Type.Number()),
  /** Highest possible sum. */
  maximum: Type.Number(),
  answered: Count,
  omitted: Count,
  notReached: Count,
  /** In the units of the calibration, six decimals. This field and those below are absent under `sum`. */
  theta: Type.Optional(Nullable(Type.Number())),
  standardError: Type.Optional(Nullable(Type.Number())),
  /** No root lies inside the searched interval: theta is one of its ends. */
  atBound: Type.Optional(Type.Boolean()),
  /** Items that took part in the estimate. */
  itemsUsed: Type.Optional(Count),
  /** Present where the package has cuts for the scale. */
  level: Type.Optional(Nullable(LevelDecision)),
  personFit: Type.Optional(Nullable(PersonFitReport)),
  noScoreReason: Type.Optional(NoScoreReason),
});
export type ScaleScore = Static<typeof ScaleScore>;

/** Job Person Match: achieved against required levels, in percent, by a named rule. */
export const JobPersonMatch = Type.Object({
  ruleId: Identifier,
  ruleVersion: Version,
  /** Truncated, never rounded up: 89.999 does not show as 90.00. null where `reasonCode` says why. */
  percent: Nullable(Type.String({ pattern: '^\\d{1,3}(\\.\\d{1,4})?$' })),
  /** The exact value: the percentage is numerator / denominator. */
  numerator: Nullable(Count),
  denominator: Nullable(Count),
  category: Nullable(Identifier),
  reasonCode: Nullable(ReasonCode),
});
export type JobPersonMatch = Static<typeof JobPersonMatch>;

export const PotentialBand = Type.Union([Type.Literal('low'), Type.Literal('middle'), Type.Literal('high')]);
export type PotentialBand = Static<typeof PotentialBand>;

/** Weighted mean of the thetas of some scales, and the band it falls in. */
export const BandDecision = Type.Object({
  theta: Nullable(Type.Number()),
  standardError: Nullable(Type.Number()),
  band: Nullable(PotentialBand),
  probability: Nullable(Probability),
  uncertain: Type.Boolean(),
  reasonCode: Nullable(ReasonCode),
});
export type BandDecision = Static<typeof BandDecision>;

export const NineBoxPosition = Type.Object({
  /** 1 to 9 in the layout, from the top row: 4 7 9 / 2 5 8 / 1 3 6. */
  box: Nullable(Type.Integer({ minimum: 1, maximum: 9 })),
  potential: Nullable(PotentialBand),
  performance: Nullable(Type.Union([Type.Literal('below'), Type.Literal('at'), Type.Literal('above')])),
  reasonCode: Nullable(ReasonCode),
});
export type NineBoxPosition = Static<typeof NineBoxPosition>;

/** How many answers came faster than an item can be read. A flag; it never changes a score. */
export const ResponseTimeReport = Type.Object({ measured: Count, rapid: Count, flagged: Type.Boolean() });
export type ResponseTimeReport = Static<typeof ResponseTimeReport>;

/** A provisional result: published to nobody outside until it is released. */
export const ResultScored = Type.Object({
  analyticsId: Identifier,
  attemptId: Identifier,
  sessionId: Identifier,
  agency: Identifier,
  formId: Identifier,
  formVersion: Version,
  /** The closing that was scored, and its root: a result is reconciled while both are the latest. */
  closing: Version,
  root: Hash,
  package: PackageReference,
  /** Version of the program that scored. */
  engine: Type.Optional(Identifier),
  /** The package's parameters and cuts are made up: nothing may be decided on this result. */
  illustrative: Type.Optional(Type.Boolean()),
  estimator: Type.Union([
    Type.Literal('sum'),
    Type.Literal('ml'),
    Type.Literal('wle'),
    Type.Literal('map'),
    Type.Literal('eap'),
  ]),
  scales: Type.Array(ScaleScore, { minItems: 1 }),
  jobPersonMatch: Type.Optional(JobPersonMatch),
  potential: Type.Optional(BandDecision),
  nineBox: Type.Optional(NineBoxPosition),
  responseTimes: Type.Optional(ResponseTimeReport),
  /** Time of the closing that was scored, so that the same input gives the same bytes. */
  closedAt: Timestamp,
  jobLevel: Nullable(Identifier),
  performance: Nullable(Identifier),
});
export type ResultScored = Static<typeof ResultScored>;

/** The result of a closing under another package. Provisional, like the first. */
export const ResultRescored = Type.Composite([
  ResultScored,
  Type.Object({
    rescoringId: Identifier,
    /** Counts the results of one closing; the first is 1. The highest of the highest closing is the result. */
    revision: Version,
    /** Whether anything but package and revision differs from what it replaces. */
    changed: Type.Boolean(),
    replaces: Type.Object({ revision: Version, package: PackageReference }),
  }),
]);
export type ResultRescored = Static<typeof ResultRescored>;

/** There is a result, and it is kept back: whose, of which answers, by which package, but no scores. */
export const ResultWithheld = Type.Object({
  analyticsId: Identifier,
  attemptId: Identifier,
  sessionId: Identifier,
  agency: Identifier,
  formId: Identifier,
  formVersion: Version,
  closing: Version,
  root: Hash,
  package: PackageReference,
  revision: Version,
  withholdingId: Identifier,
  reasonCode: ReasonCode,
  actor: Actor,
  closedAt: Timestamp,
});
export type ResultWithheld = Static<typeof ResultWithheld>;

/** The result may be shown to its agency and its participant. Two people decided so. */
export const ResultReleased = Type.Composite([
  ResultScored,
  Type.Object({
    revision: Version,
    releaseId: Identifier,
    reasonCode: ReasonCode,
    proposedBy: Actor,
    confirmedBy: Actor,
    at: Timestamp,
  }),
]);
export type ResultReleased = Static<typeof ResultReleased>;

/** What the answers to one form at one site say about the measurement, for the rollout's gates. */
export const QualityReported = Type.Object({
  siteId: Identifier,
  formId: Identifier,
  formVersion: Version,
  package: PackageReference,
  /** Attempts that were analysed, and those left out because not all items were delivered. */
  attempts: Count,
  attemptsLeftOut: Count,
  /** The lowest of the package's scales; null where one does not exist, for example for a single person. */
  alpha: Nullable(Type.Number()),
  meanScoreShare: Nullable(Type.Number()),
  omittedShare: Nullable(Probability),
  notReachedShare: Nullable(Probability),
  flaggedItems: Type.Array(Type.Object({ itemId: Identifier, flags: Type.Array(ReasonCode, { minItems: 1 }) })),
  /** SHA-256 over the roots that were read, in the order of their attempt ids: the same answers give the same report. */
  answersHash: Hash,
  at: Timestamp,
});
export type QualityReported = Static<typeof QualityReported>;

/** What a consumer could not process: the record as it stood, and why. */
export const RecordDeadLettered = Type.Object({
  topic: Type.String(),
  partition: Type.Integer({ minimum: 0 }),
  offset: Type.Integer({ minimum: 0 }),
  group: Type.String(),
  key: Type.String(),
  reason: Type.String({ description: 'A code of docs/errors.md' }),
  detail: Type.String({ maxLength: 2000 }),
  /** The record's text as it stood in the log. */
  value: Type.String(),
  at: Timestamp,
});
export type RecordDeadLettered = Static<typeof RecordDeadLettered>;
