/**
 * What the services agree on: topics, events, error codes. Data, types and compiled checks; no I/O.
 *
 * Terms
 *   agency        a ministry, non-ministerial agency or body of state whose people are assessed (instansi)
 *   cluster       one of the five groups of agencies that the rollout takes in turn (klaster)
 *   participant   a person who sits an assessment (peserta); outside the assessment service only an `analyticsId`
 *   session       a date, time and room at which participants sit (sesi)
 *   form          the items a participant gets, in up to four sections (paket soal)
 *   attempt       one participant's sitting of one form in one session
 *   epoch         counts the logins and moves of an attempt; `seq = epoch × 2^20 + counter`
 *   seq           number of an answer within its attempt; the highest per item is current
 *   commitment    salted hash of an answer's exact bytes
 *   receipt       signed statement of the gateway that a commitment stands at a position of the log
 *   closing       how often an attempt has closed; the highest supersedes
 *   root          RFC 9162 tree hash over the first record of each `seq`
 *   reconciled    the result's root equals that of the latest closing
 */
export * from './cloud-event';
export * from './connections';
export * from './domain-error';
export * from './error-codes';
export * from './events';
export * from './topics';
export * from './event-codec';
export * from './iso-time';
