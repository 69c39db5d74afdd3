import type { TSchema } from '@sinclair/typebox';
import type { TopicAlias } from '../topics';
import * as attempt from './attempt.events';
import * as planning from './planning.events';
import * as result from './result.events';

export interface EventSpec {
  /** `petabakat.<subject>.<verb-in-past>.v<major>` */
  readonly type: string;
  /** Minor version of the schema: additive changes only. */
  readonly minor: number;
  readonly topic: TopicAlias | 'dead-letters';
  readonly producer: 'gateway' | 'assessment' | 'scoring' | 'scheduler' | 'any';
  readonly schema: TSchema;
  /** What the event says happened, for docs/events.md. */
  readonly meaning: string;
}

function event(
  type: string,
  topic: EventSpec['topic'],
  producer: EventSpec['producer'],
  schema: TSchema,
  meaning: string,
): EventSpec {
  return { type, minor: 0, topic, producer, schema, meaning };
}

/** Every event that is published, by the name used in code. */
export const EVENTS = {
  answerSubmitted: event(
    'petabakat.answer.submitted.v1',
    'attempts',
    'gateway',
    attempt.AnswerSubmitted,
    'The gateway received an answer.',
  ),
  attemptLoggedIn: event(
    'petabakat.attempt.logged-in.v1',
    'attempts',
    'assessment',
    attempt.AttemptLoggedIn,
    'A participant came in with a PIN; a new epoch begins.',
  ),
  attemptStarted: event(
    'petabakat.attempt.started.v1',
    'attempts',
    'assessment',
    attempt.AttemptStarted,
    "The participant's time began.",
  ),
  attemptPaused: event(
    'petabakat.attempt.paused.v1',
    'attempts',
    'assessment',
    attempt.AttemptPaused,
    'Time stopped for this attempt.',
  ),
  attemptResumed: event(
    'petabakat.attempt.resumed.v1',
    'attempts',
    'assessment',
    attempt.AttemptResumed,
    'Time runs again; the deadline moved by the pause.',
  ),
  attemptTimeCredited: event(
    'petabakat.attempt.time-credited.v1',
    'attempts',
    'assessment',
    attempt.AttemptTimeCredited,
    'Seconds were added to the deadline.',
  ),
  attemptMoved: event(
    'petabakat.attempt.moved.v1',
    'attempts',
    'assessment',
    attempt.AttemptMoved,
    'The participant was moved to another seat; a new epoch begins.',
  ),
  olderEpochAccepted: event(
    'petabakat.attempt.older-epoch-accepted.v1',
    'attempts',
    'assessment',
    attempt.OlderEpochAccepted,
    'Answers of an older epoch recorded so far count.',
  ),
  deadLetterReplayed: event(
    'petabakat.attempt.dead-letter-replayed.v1',
    'attempts',
    'assessment',
    attempt.DeadLetterReplayed,
    'A dead letter was mended and counts from its first position.',
  ),
  deadLetterDismissed: event(
    'petabakat.attempt.dead-letter-dismissed.v1',
    'attempts',
    'assessment',
    attempt.DeadLetterDismissed,
    'A dead letter was judged to carry nothing.',
  ),
  closeRequested: event(
    'petabakat.attempt.close-requested.v1',
    'attempts',
    'assessment',
    attempt.CloseRequested,
    'The marker at which the attempt closes.',
  ),
  attemptReopened: event(
    'petabakat.attempt.reopened.v1',
    'attempts',
    'assessment',
    attempt.AttemptReopened,
    'A close marker was lifted.',
  ),
  attemptClosed: event(
    'petabakat.attempt.closed.v1',
    'responses',
    'assessment',
    attempt.AttemptClosed,
    'An attempt closed with these final responses.',
  ),
  resultScored: event(
    'petabakat.result.scored.v1',
    'results',
    'scoring',
    result.ResultScored,
    'A provisional result of one closing.',
  ),
  resultRescored: event(
    'petabakat.result.rescored.v1',
    'results',
    'scoring',
    result.ResultRescored,
    'A provisional result of a closing under another package, with what it replaces.',
  ),
  resultWithheld: event(
    'petabakat.result.withheld.v1',
    'results',
    'scoring',
    result.ResultWithheld,
    'A result is kept back; its scores are not told.',
  ),
  resultReleased: event(
    'petabakat.result.released.v1',
    'results',
    'scoring',
    result.ResultReleased,
    'Two people decided that a result may be shown.',
  ),
  qualityReported: event(
    'petabakat.quality.reported.v1',
    'results',
    'scoring',
    result.QualityReported,
    'The measurement at one site by one form was analysed.',
  ),
  sessionOpened: event(
    'petabakat.session.opened.v1',
    'sessions',
    'assessment',
    planning.SessionOpened,
    'Attempts of the session may start.',
  ),
  sessionSealed: event(
    'petabakat.session.sealed.v1',
    'sessions',
    'assessment',
    planning.SessionSealed,
    'All attempts of the session are closed; their roots are sealed under one root.',
  ),
  participantRegistered: event(
    'petabakat.participant.registered.v1',
    'roster',
    'assessment',
    planning.ParticipantRegistered,
    'A person was registered, known here by a pseudonym.',
  ),
  participantChanged: event(
    'petabakat.participant.changed.v1',
    'roster',
    'assessment',
    planning.ParticipantChanged,
    'A registered person changed.',
  ),
  participantWithdrawn: event(
    'petabakat.participant.withdrawn.v1',
    'roster',
    'assessment',
    planning.ParticipantWithdrawn,
    'A registered person no longer takes part.',
  ),
  sessionPlanned: event(
    'petabakat.session.planned.v1',
    'plan',
    'scheduler',
    planning.SessionPlanned,
    'A session was planned or re-planned.',
  ),
  seatsAssigned: event(
    'petabakat.session.seats-assigned.v1',
    'plan',
    'scheduler',
    planning.SeatsAssigned,
    'People were given seats of a session.',
  ),
  seatsReleased: event(
    'petabakat.session.seats-released.v1',
    'plan',
    'scheduler',
    planning.SeatsReleased,
    'People no longer have these seats of a session.',
  ),
  sessionCancelled: event(
    'petabakat.session.cancelled.v1',
    'plan',
    'scheduler',
    planning.SessionCancelled,
    'A session will not take place.',
  ),
  admissionChanged: event(
    'petabakat.admission.changed.v1',
    'plan',
    'scheduler',
    planning.AdmissionChanged,
    'Sessions of a cluster may, or may no longer, be opened.',
  ),
  targetChanged: event(
    'petabakat.target.changed.v1',
    'rollout',
    'scheduler',
    planning.TargetChanged,
    'A target got a new version.',
  ),
  clusterOpened: event(
    'petabakat.cluster.opened.v1',
    'rollout',
    'scheduler',
    planning.ClusterOpened,
    'A cluster was opened.',
  ),
  seatPlanAdopted: event(
    'petabakat.seat-plan.adopted.v1',
    'rollout',
    'scheduler',
    planning.SeatPlanAdopted,
    'A plan of seats was put in force.',
  ),
  gateEvaluated: event(
    'petabakat.gate.evaluated.v1',
    'rollout',
    'scheduler',
    planning.GateEvaluated,
    'A gate was evaluated on these figures.',
  ),
  clusterHeld: event(
    'petabakat.cluster.held.v1',
    'rollout',
    'scheduler',
    planning.ClusterHeld,
    'A cluster was held: no session starts, running ones finish.',
  ),
  clusterPromoted: event(
    'petabakat.cluster.promoted.v1',
    'rollout',
    'scheduler',
    planning.ClusterPromoted,
    'A cluster advanced to its next state.',
  ),
  clusterClosed: event(
    'petabakat.cluster.closed.v1',
    'rollout',
    'scheduler',
    planning.ClusterClosed,
    'A cluster is done.',
  ),
  clusterAborted: event(
    'petabakat.cluster.aborted.v1',
    'rollout',
    'scheduler',
    planning.ClusterAborted,
    'A cluster was given up; its results stay withheld.',
  ),
  recordsChanged: event(
    'petabakat.records.changed.v1',
    'records',
    'scheduler',
    planning.RecordsChanged,
    'Records that people entered or a service decided were added, changed or removed.',
  ),
  figuresReported: event(
    'petabakat.figures.reported.v1',
    'figures',
    'any',
    planning.FiguresReported,
    'A process reported its figures and versions of the last minute.',
  ),
  attestationRecorded: event(
    'petabakat.attestation.recorded.v1',
    'figures',
    'scheduler',
    planning.AttestationRecorded,
    'A person vouched for what was seen at a site.',
  ),
  recordDeadLettered: event(
    'petabakat.record.dead-lettered.v1',
    'dead-letters',
    'any',
    result.RecordDeadLettered,
    'A record could not be processed and was set aside.',
  ),
} as const satisfies Record<string, EventSpec>;

export type EventName = keyof typeof EVENTS;

/** Address of an event's frozen schema, relative to the public origin. */
export function dataSchemaOf(spec: EventSpec): string {
  return `/contracts/${spec.type}/1.${spec.minor}.json`;
}

export * from './attempt.events';
export * from './planning.events';
export * from './result.events';
export { AnswerResponse, FORM_ITEMS_MAX, RESPONSE_BYTES_MAX, SEQ_EPOCH_FACTOR } from './shared.schemas';
