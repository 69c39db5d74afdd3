/**
 * Every refusal of every public entry: code, HTTP status, log level, what it means and what to do about it.
 * docs/errors.md is written from this list (`npm run docs`), and a test fails when the two differ.
 */
export interface ErrorSpec {
  readonly status: number;
  readonly level: 'debug' | 'warn' | 'error';
  /** What happened, for a person. */
  readonly title: string;
  /** What the caller does about it. */
  readonly action: string;
}

export const ERROR_CODES = {
  // Requests in general
  'request.invalid-json': {
    status: 400,
    level: 'debug',
    title: 'The body is not valid JSON.',
    action: 'Send a JSON body with content-type application/json.',
  },
  'request.invalid': {
    status: 400,
    level: 'debug',
    title: 'A field is missing or has a value that is not allowed.',
    action: 'Correct the fields named in `problems`.',
  },
  'request.too-large': {
    status: 413,
    level: 'debug',
    title: 'The body is larger than this route takes.',
    action: 'Send less at once; docs/limits.md names the limit.',
  },
  'request.unsupported-media-type': {
    status: 415,
    level: 'debug',
    title: 'The content type is not supported.',
    action: 'Send application/json, or text/csv on import routes.',
  },
  'request.not-found': { status: 404, level: 'debug', title: 'There is no such route.', action: 'See /openapi.json.' },
  'request.too-many': {
    status: 429,
    level: 'debug',
    title: 'Too many requests.',
    action: 'Wait for the seconds in Retry-After.',
  },
  'service.internal': {
    status: 500,
    level: 'error',
    title: 'Something unexpected went wrong.',
    action: 'Repeat; if it stays, give the correlation id to operations.',
  },
  'service.unavailable': {
    status: 503,
    level: 'warn',
    title: 'A part that this request needs does not answer.',
    action: 'Repeat after the seconds in Retry-After.',
  },
  'service.clock-wrong': {
    status: 503,
    level: 'warn',
    title: "This server's clock differs from the database's; nothing was done.",
    action: 'Repeat after Retry-After; if it stays, operations must mend the clock of the server.',
  },
  // Who may do what
  'access.token-missing': {
    status: 401,
    level: 'debug',
    title: 'No bearer token was sent.',
    action: 'Send Authorization: Bearer <token>.',
  },
  'access.token-invalid': {
    status: 401,
    level: 'debug',
    title: 'The token is not valid.',
    action: 'Log in again, or ask for a new staff token.',
  },
  'access.token-expired': {
    status: 401,
    level: 'debug',
    title: 'The token has expired.',
    action: 'Log in again with a PIN from the supervisor.',
  },
  'access.role-missing': {
    status: 403,
    level: 'warn',
    title: 'This account has no role that may do this.',
    action: 'Ask an account with one of the roles in `roles`.',
  },
  'access.foreign-attempt': {
    status: 403,
    level: 'warn',
    title: 'The token belongs to another attempt.',
    action: 'Use the attempt id that the login returned.',
  },
  'access.foreign-session': {
    status: 403,
    level: 'warn',
    title: 'The account does not supervise this session.',
    action: 'Ask operations to give the account this session.',
  },
  // Answers
  'answer.epoch-mismatch': {
    status: 409,
    level: 'debug',
    title: "The seq does not belong to the token's epoch.",
    action: 'Number answers from epoch × 2^20 + 1, with the epoch of the latest login.',
  },
  'answer.not-appended': {
    status: 503,
    level: 'warn',
    title: 'The answer was certainly not recorded.',
    action: 'Keep the answer and send it again with the same seq after Retry-After.',
  },
  'answer.unknown': {
    status: 503,
    level: 'warn',
    title: 'Whether the answer was recorded is not known.',
    action: 'Keep the answer and send it again with the same seq after Retry-After; a repeat has no further effect.',
  },
  'answer.overloaded': {
    status: 503,
    level: 'warn',
    title: 'The gateway takes no more answers at this moment; nothing was recorded.',
    action: 'Keep the answer and send it again with the same seq after Retry-After.',
  },
  // Attempts
  'attempt.unknown': {
    status: 404,
    level: 'debug',
    title: 'There is no such attempt.',
    action: 'Check the attempt id.',
  },
  'attempt.unknown-item': {
    status: 422,
    level: 'debug',
    title: 'The form of this attempt has no such item.',
    action: 'Answer items of the form that /v1/attempts/{id}/form returns.',
  },
  'attempt.closed': {
    status: 409,
    level: 'debug',
    title: 'The attempt is closed.',
    action: 'Read the attempt to see what counts; a supervisor can reopen it.',
  },
  'attempt.superseded': {
    status: 409,
    level: 'debug',
    title: 'A newer login of this attempt exists.',
    action: 'Go on at the seat of the newer login, or ask the supervisor.',
  },
  'attempt.not-started': {
    status: 409,
    level: 'debug',
    title: 'The attempt has not started.',
    action: 'Start it first.',
  },
  'attempt.not-open': {
    status: 409,
    level: 'debug',
    title: 'The attempt is in a state in which this cannot be done.',
    action: 'Read the attempt; its `status` says where it stands.',
  },
  'attempt.catching-up': {
    status: 503,
    level: 'warn',
    title: 'The attempt is still catching up with the answers received so far.',
    action: 'Repeat after Retry-After; nothing is lost.',
  },
  'attempt.no-such-dead-letter': {
    status: 404,
    level: 'debug',
    title: 'The attempt has no open dead letter at that position.',
    action: 'List the dead letters of the attempt.',
  },
  'attempt.nothing-to-accept': {
    status: 409,
    level: 'debug',
    title: 'The attempt has no recorded answers of that older epoch.',
    action: 'Read the attempt; older-epoch answers are marked.',
  },
  // Participants
  'participant.unknown': {
    status: 404,
    level: 'debug',
    title: 'Nobody registered has this participant number.',
    action: 'Check the number; withdrawn participants are registered anew by an import.',
  },
  // PINs and sessions
  'pin.invalid': {
    status: 401,
    level: 'debug',
    title: 'Participant number and PIN do not match.',
    action: 'Check both; the supervisor can issue a new PIN.',
  },
  'pin.used': {
    status: 401,
    level: 'debug',
    title: 'The PIN has been used.',
    action: 'Ask the supervisor for a new PIN.',
  },
  'pin.expired': {
    status: 401,
    level: 'debug',
    title: 'The PIN can no longer be used.',
    action: 'Ask the supervisor for a new PIN.',
  },
  'pin.too-many-attempts': {
    status: 429,
    level: 'warn',
    title: 'Too many wrong PINs for this participant.',
    action: 'Wait for Retry-After, or ask the supervisor for a new PIN.',
  },
  'session.unknown': {
    status: 404,
    level: 'debug',
    title: 'There is no such session.',
    action: 'Check the session id; a planned session needs a moment to arrive.',
  },
  'session.not-open': {
    status: 409,
    level: 'debug',
    title: 'The session is not open.',
    action: 'Wait until the supervisor opens it.',
  },
  'session.too-early': {
    status: 409,
    level: 'debug',
    title: 'The session may not be opened before its time.',
    action: 'Open it at its start time.',
  },
  'session.over': {
    status: 409,
    level: 'debug',
    title: 'The time in which attempts of this session could start is over.',
    action: 'Plan the participant into another session.',
  },
  'session.admission-held': {
    status: 409,
    level: 'warn',
    title: 'The cluster admits no new sessions.',
    action: 'Ask the rollout officers; running attempts finish.',
  },
  'session.attempts-open': {
    status: 409,
    level: 'debug',
    title: 'Attempts of the session are still open.',
    action: 'Wait for their deadline or force their finish.',
  },
  'session.cancelled': {
    status: 409,
    level: 'debug',
    title: 'The session was cancelled.',
    action: 'Use another session.',
  },
  // Files
  'file.invalid': {
    status: 422,
    level: 'debug',
    title: 'The file has errors; nothing was imported.',
    action: 'Correct the rows and columns named in `problems` and import again.',
  },
  'form.unknown': {
    status: 404,
    level: 'debug',
    title: 'There is no such form version.',
    action: 'Import the form first.',
  },
  'form.too-large': {
    status: 422,
    level: 'debug',
    title: 'The form has more items than the closing of an attempt can hold.',
    action: 'Import it as several forms; docs/limits.md names the bound and its reason.',
  },
  'form.version-exists': {
    status: 409,
    level: 'debug',
    title: 'This form version exists with other content.',
    action: 'Forms never change; import it under a new version.',
  },
  // Scoring
  'package.unknown': {
    status: 404,
    level: 'debug',
    title: 'There is no such scoring package.',
    action: 'Import the package first.',
  },
  'package.version-exists': {
    status: 409,
    level: 'debug',
    title: 'This package version exists with other content.',
    action: 'Packages never change; import it under a new version.',
  },
  'package.invalid': {
    status: 422,
    level: 'debug',
    title: 'The scoring package contradicts itself or its form.',
    action: 'Correct what `problems` names.',
  },
  // Rollout
  'agency.unknown': {
    status: 404,
    level: 'debug',
    title: 'There is no such agency.',
    action: 'Use a code of GET /v1/agencies.',
  },
  'cluster.unknown': {
    status: 404,
    level: 'debug',
    title: 'There is no such cluster.',
    action: 'Use a number of GET /v1/clusters.',
  },
  'cluster.stale-version': {
    status: 409,
    level: 'debug',
    title: 'The cluster has changed since you looked.',
    action: 'Look again; `problems` says what changed, then decide.',
  },
  'cluster.transition-refused': {
    status: 409,
    level: 'warn',
    title: 'The cluster cannot make this step now.',
    action: 'See the gate and figures in `problems`.',
  },
  'cluster.second-person-needed': {
    status: 409,
    level: 'warn',
    title: 'The same person cannot propose and confirm.',
    action: 'Let another account confirm within 24 hours.',
  },
  'cluster.no-proposal': {
    status: 409,
    level: 'debug',
    title: 'There is no open proposal for this step.',
    action: 'Propose it first; proposals end after 24 hours.',
  },
  // Events
  'record.not-json': {
    status: 422,
    level: 'warn',
    title: 'A record is not JSON.',
    action: 'See the dead letter; dismiss or replay it.',
  },
  'record.not-an-event': {
    status: 422,
    level: 'warn',
    title: 'A record is not a CloudEvent of this topic.',
    action: 'See the dead letter; dismiss or replay it.',
  },
  'record.schema-violated': {
    status: 422,
    level: 'warn',
    title: "A record's data do not fit its schema.",
    action: 'See the dead letter; dismiss or replay it.',
  },
  'record.key-mismatch': {
    status: 422,
    level: 'warn',
    title: "A record's key is not its subject.",
    action: 'See the dead letter; dismiss or replay it.',
  },
  'record.not-applicable': {
    status: 422,
    level: 'error',
    title: 'A record passed its schema, but could not be applied.',
    action: 'Tell the developers; the dead letter holds the record and the error.',
  },
  // Log
  'log.topic-missing': {
    status: 500,
    level: 'error',
    title: 'A topic of the log is missing.',
    action: 'Run `petabakat topics create`.',
  },
  'log.topics-not-made': {
    status: 500,
    level: 'error',
    title: 'The brokers have not made all topics.',
    action: 'Mend what the brokers say, then run `petabakat topics create` again; what was made stays.',
  },
  'log.partition-count': {
    status: 500,
    level: 'error',
    title: 'A topic has another number of partitions than it must have.',
    action: 'Create the topic anew with the right count; never change the count in place.',
  },
  'log.record-limit': {
    status: 500,
    level: 'error',
    title: 'A topic takes only smaller records than the platform may write.',
    action: 'Raise `max.message.bytes` of the topics named to what the message says (kafka-configs.sh --alter).',
  },
  'log.unsafe-setting': {
    status: 500,
    level: 'error',
    title: 'The log would acknowledge what it may lose.',
    action:
      'PostgreSQL: turn fsync, full_page_writes and synchronous_commit on. Kafka: set replication factor, min.insync.replicas and unclean election as docs/operations.md says.',
  },
  // Configuration
  'config.invalid': {
    status: 500,
    level: 'error',
    title: 'The configuration is not valid.',
    action: 'Correct all variables named, then start again.',
  },
  // Positions of consumers
  'position.changed': {
    status: 409,
    level: 'debug',
    title: 'The consumer no longer stands where you looked.',
    action: 'List the positions again, then decide.',
  },
  // Staff accounts
  'staff.account-exists': {
    status: 409,
    level: 'debug',
    title: 'The account exists and has a token.',
    action: 'Revoke it first: an account has one token at a time.',
  },
  'staff.unknown-account': {
    status: 404,
    level: 'debug',
    title: 'No account of this name has a token.',
    action: 'Check the name with `petabakat staff list`.',
  },
  'result.unknown': {
    status: 404,
    level: 'debug',
    title: 'The attempt has no result.',
    action: 'Check the attempt id; GET /v1/results/pending shows closings that wait for a package.',
  },
  // Planning
  'plan.session-opened': {
    status: 409,
    level: 'debug',
    title: 'The session has been opened; its plan no longer changes.',
    action: 'Let the session end, and plan another one.',
  },
  'progress.no-such-record': {
    status: 404,
    level: 'debug',
    title: 'No record stands aside at that position.',
    action: 'See `setAside` of GET /v1/progress.',
  },
  // Replays
  'log.tables-differ': {
    status: 500,
    level: 'error',
    title: 'Tables are not what a replay of the log gives.',
    action: 'Stop the services that write them; docs/operations.md says how to go on.',
  },
  // Measurement: the library's refusals, and those of the files of its commands
  'file.unreadable': {
    status: 422,
    level: 'debug',
    title: 'A file cannot be read.',
    action: 'Check that it exists and is what the command expects.',
  },
  'file.unwritable': {
    status: 422,
    level: 'debug',
    title: 'The result cannot be written to the file.',
    action: 'Give --out a path that can be written, or leave it out.',
  },
  'key.invalid': {
    status: 422,
    level: 'debug',
    title: 'The key file is not valid.',
    action: 'Correct the fields named; the key maps every item to its right option or to option credits.',
  },
  'content.invalid': {
    status: 422,
    level: 'debug',
    title: 'The content or exposure file is not valid.',
    action: 'Correct the fields named.',
  },
  'options.invalid': {
    status: 422,
    level: 'debug',
    title: 'An option has a value that is not possible.',
    action: 'See the help of the command.',
  },
  'parameters.invalid': {
    status: 422,
    level: 'debug',
    title: 'The parameter file does not fit its schema.',
    action: 'Correct the rows and columns named.',
  },
  'parameters.empty': {
    status: 422,
    level: 'debug',
    title: 'The parameters hold no item.',
    action: 'Give at least one item.',
  },
  'parameters.duplicate-item': {
    status: 422,
    level: 'debug',
    title: 'An item stands twice in the parameters.',
    action: 'Give every item once.',
  },
  'parameters.unknown-model': {
    status: 422,
    level: 'debug',
    title: 'There is no such item response model.',
    action: 'Use 1PL, 2PL, 3PL, 4PL, PCM, GPCM, GRM or NRM.',
  },
  'parameters.scaling-constant': {
    status: 422,
    level: 'debug',
    title: 'D is none of the scaling constants in use.',
    action: 'Give D as 1, 1.7 or 1.702, as the calibration states it.',
  },
  'parameters.not-finite': {
    status: 422,
    level: 'debug',
    title: 'A parameter is not a finite number.',
    action: 'Correct the parameter named.',
  },
  'parameters.slope-not-positive': {
    status: 422,
    level: 'debug',
    title: 'A slope is not above 0.',
    action: 'Withdraw the item, or check its key and calibrate again.',
  },
  'parameters.slope-not-one': {
    status: 422,
    level: 'debug',
    title: 'A model without slope has one.',
    action: 'Leave a out, or use the model that has a slope.',
  },
  'parameters.asymptotes': {
    status: 422,
    level: 'debug',
    title: 'The asymptotes of an item contradict each other.',
    action: 'Give 0 <= c < d <= 1.',
  },
  'parameters.no-steps': {
    status: 422,
    level: 'debug',
    title: 'An item with categories has no list of steps.',
    action: 'Give one number per step.',
  },
  'parameters.too-many-categories': {
    status: 422,
    level: 'debug',
    title: 'An item has more categories than are possible.',
    action: 'Collapse categories.',
  },
  'parameters.boundaries-unordered': {
    status: 422,
    level: 'debug',
    title: 'The boundaries of a graded item do not increase.',
    action: 'Order them, or calibrate the item again.',
  },
  'parameters.slopes-without-spread': {
    status: 422,
    level: 'debug',
    title: 'All slopes of a nominal item are equal.',
    action: 'Correct the slopes; at least two must differ.',
  },
  'parameters.lengths-differ': {
    status: 422,
    level: 'debug',
    title: 'A nominal item has not one intercept per slope.',
    action: 'Give lists of the same length.',
  },
  'responses.invalid': {
    status: 422,
    level: 'debug',
    title: 'The responses file has errors.',
    action: 'Correct the rows and columns named.',
  },
  'responses.shape': {
    status: 422,
    level: 'debug',
    title: 'The responses do not have one score per item.',
    action: 'Give every person one score or code per item.',
  },
  'responses.category-out-of-range': {
    status: 422,
    level: 'debug',
    title: 'A score is not a category of its item.',
    action: 'Correct the score, or the parameters of the item.',
  },
  'responses.duplicate-person': {
    status: 422,
    level: 'debug',
    title: 'A person stands twice in the responses.',
    action: 'Give every person one row.',
  },
  'responses.empty': {
    status: 422,
    level: 'debug',
    title: 'There is nobody with complete answers.',
    action: 'Give at least one person without empty cells.',
  },
  'calibration.too-few-items': {
    status: 422,
    level: 'debug',
    title: 'There are too few items to calibrate.',
    action: 'Give at least three.',
  },
  'calibration.too-few-persons': {
    status: 422,
    level: 'debug',
    title: 'There are too few people to calibrate.',
    action: 'Give at least two, in practice several hundred.',
  },
  'calibration.constant-item': {
    status: 422,
    level: 'debug',
    title: 'Everybody has the same score on an item.',
    action: 'Leave the item out.',
  },
  'calibration.unused-category': {
    status: 422,
    level: 'debug',
    title: 'Nobody has one of the scores of an item.',
    action: 'Collapse the categories of the item.',
  },
  'calibration.not-dichotomous': {
    status: 422,
    level: 'debug',
    title: 'An item of a model for 0 and 1 has other scores.',
    action: 'Use pcm, gpcm or grm.',
  },
  'calibration.no-conditional-maximum': {
    status: 422,
    level: 'debug',
    title: 'The conditional likelihood has no finite maximum.',
    action: 'Leave out the item named, or use --method mml.',
  },
  'dif.one-group': {
    status: 422,
    level: 'debug',
    title: 'Everybody is in the same group.',
    action: 'Name a column and a value that divide the people.',
  },
  'equating.forms-differ': {
    status: 422,
    level: 'debug',
    title: 'The common items are not the same on both scales.',
    action: 'Give the same items in the same order.',
  },
  'selection.nothing-eligible': {
    status: 422,
    level: 'debug',
    title: 'No item is left that may be given.',
    action: 'Relax the exposure limit or the content plan, or end the test.',
  },
  // Withholding, releasing and rescoring
  'decision.no-proposal': {
    status: 409,
    level: 'debug',
    title: 'There is no open proposal to confirm.',
    action: 'Propose it first; another account confirms within 24 hours.',
  },
  'decision.second-person-needed': {
    status: 409,
    level: 'warn',
    title: 'The account that proposed cannot confirm; another token of it is the same account.',
    action: 'Let another account confirm within 24 hours.',
  },
  'decision.expired': {
    status: 409,
    level: 'debug',
    title: 'The proposal is older than 24 hours.',
    action: 'Look at what it rests on again, and propose anew.',
  },
  'release.unknown': {
    status: 404,
    level: 'debug',
    title: 'There is no such release.',
    action: 'See GET /v1/results/releases.',
  },
  'rescoring.unknown': {
    status: 404,
    level: 'debug',
    title: 'There is no such rescoring, or it has no such report.',
    action: 'See GET /v1/results/rescorings.',
  },
  'rescoring.not-ready': {
    status: 409,
    level: 'debug',
    title: 'The dry run of the rescoring has not ended, or the rescoring is released already.',
    action: 'Look at its state; wait, or make a new dry run.',
  },
  'rescoring.stale': {
    status: 409,
    level: 'warn',
    title: 'Answers in scope or the package in force have changed since the dry run.',
    action: 'Make a new dry run and look at its report; nothing was published.',
  },
  'package.illustrative': {
    status: 409,
    level: 'warn',
    title: 'The package is made up for show and would score real people.',
    action: 'Say so explicitly (activateIllustrative) if that is meant.',
  },
  'quality.no-answers': {
    status: 404,
    level: 'debug',
    title: 'There are no answers to this form version yet.',
    action: 'Check form and version; wait for the first closed attempt.',
  },
  // Operation
  'setup.unsound': {
    status: 409,
    level: 'warn',
    title: 'Something in the set-up has to be mended.',
    action: 'Do what each line says, then run petabakat doctor again.',
  },
  'capacity.not-measured': {
    status: 409,
    level: 'warn',
    title: 'Nobody has measured what an answer costs with the log on these brokers.',
    action:
      'Ask for a setup that was measured, or measure it: npm run capacity -- direct, then npm run capacity -- fit.',
  },
  'backup.folder-in-use': {
    status: 409,
    level: 'warn',
    title: 'The data folder is in use, or was used while it was copied.',
    action: 'Stop Petabakat in order, then repeat the command.',
  },
  'backup.target-exists': {
    status: 409,
    level: 'warn',
    title: 'The target is there already; nothing is overwritten.',
    action: 'Name a folder that does not exist.',
  },
  'backup.damaged': {
    status: 422,
    level: 'warn',
    title: 'The backup is not what was written, or not whole.',
    action: 'Take another backup; this one cannot be trusted.',
  },
  'agency.unknown-edition': {
    status: 404,
    level: 'debug',
    title: 'No membership was imported under that edition.',
    action: 'Import the edition first, or correct its name.',
  },
  'progress.unknown-person': {
    status: 404,
    level: 'debug',
    title: 'Nobody is registered under that pseudonym.',
    action: 'Look the pseudonym up in the roster.',
  },
  // Demonstrations
  'demo.option-invalid': {
    status: 400,
    level: 'debug',
    title: 'An option of the demonstration is not of the form it takes.',
    action: 'Correct the option that `problems` names; `--help` shows all of them.',
  },
  // Planning seats
  'plan.input-invalid': {
    status: 422,
    level: 'debug',
    title: 'The planning files have errors; no plan was made.',
    action: 'Correct the files, rows and columns named in `problems`.',
  },
  'plan.option-invalid': {
    status: 422,
    level: 'debug',
    title: 'An option of the plan has a value that is not possible.',
    action: 'Correct what `problems` names; see the help of the command.',
  },
  'plan.time-limit': {
    status: 422,
    level: 'warn',
    title: 'Planning took longer than its limit; no plan was made.',
    action: 'Raise the limit, or plan a smaller window.',
  },
  'plan.inputs-altered': {
    status: 409,
    level: 'warn',
    title: 'The stored inputs of the plan are not those that it was made from.',
    action: 'Take plan and inputs from where they were published, or plan anew.',
  },
  'plan.not-reproduced': {
    status: 409,
    level: 'warn',
    title: 'Planning the stored inputs again gives another plan.',
    action: 'Do not use the plan: it was changed after it was made, or made by another version.',
  },
  'rollback.no-good-version': {
    status: 409,
    level: 'warn',
    title: 'No earlier version of the form was held and verified; the cluster is held, its sessions keep the form.',
    action: 'Name the version to go back to.',
  },
  'target.unknown': {
    status: 404,
    level: 'debug',
    title: 'There is no such target.',
    action: 'Use an id of GET /v1/targets.',
  },
  // Seat plans of the running system
  'plan.unknown': {
    status: 404,
    level: 'debug',
    title: 'The cluster has no such plan.',
    action: 'Use a version of `petabakat plan list --cluster`.',
  },
  'plan.nothing-to-plan': {
    status: 409,
    level: 'debug',
    title: 'The window has no session that seats could be planned in.',
    action: 'Import sessions, or choose another window; `problems` says what was looked for.',
  },
  'plan.planner-busy': {
    status: 503,
    level: 'warn',
    title: 'Another plan is being made.',
    action: 'Try again when it is done; plans take seconds.',
  },
  'plan.stale': {
    status: 409,
    level: 'warn',
    title: 'Seats or sessions have changed since the plan was made; the plan in force stays.',
    action: 'Plan anew from what stands now; `problems` says what changed.',
  },
  'plan.second-person-needed': {
    status: 409,
    level: 'warn',
    title: 'The cluster has opened: who made a plan cannot put it in force.',
    action: 'Let another account put it in force within 24 hours.',
  },
  'plan.moves-refused': {
    status: 409,
    level: 'warn',
    title: 'The plan moves people who may not be moved; the plan in force stays.',
    action: 'Plan so that the people named by session in `problems` keep their seats.',
  },
  // (append new groups above this line)
} as const satisfies Record<string, ErrorSpec>;

export type ErrorCode = keyof typeof ERROR_CODES;
