import { type Static, Type } from '@sinclair/typebox';
import { Hash, Identifier, Nullable, Timestamp, Version } from './shared.schemas';

export const ScaleScore = Type.Object({
  scaleId: Identifier,
  /** Sum of the credits of the scale's items. */
  score: Type.Number(),
  /** Highest possible sum. */
  maximum: Type.Number(),
  answered: Type.Integer({ minimum: 0 }),
  omitted: Type.Integer({ minimum: 0 }),
  notReached: Type.Integer({ minimum: 0 }),
});
export type ScaleScore = Static<typeof ScaleScore>;

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
  package: Type.Object({ packageId: Identifier, version: Version, hash: Hash }),
  estimator: Type.Literal('sum'),
  scales: Type.Array(ScaleScore, { minItems: 1 }),
  /** Time of the closing that was scored, so that the same input gives the same bytes. */
  closedAt: Timestamp,
  jobLevel: Nullable(Identifier),
  performance: Nullable(Identifier),
});
export type ResultScored = Static<typeof ResultScored>;

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
