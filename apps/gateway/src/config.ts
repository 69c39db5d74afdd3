import { FromEnv, ParticipantServiceConfig, SecretFromEnv } from '@app/bootstrap';
import type { PublishedReceiptKey } from '@app/receipts';
import { Contains, IsInt, IsNumber, IsUrl, Matches, Max, Min, ValidateBy } from 'class-validator';

const HTTP_URL = { protocols: ['http', 'https'], require_protocol: true, require_tld: false };
const NO_URL = { message: 'must be an http URL' };
const NO_KEY_LIST = 'must be a JSON list of keys as GET /v1/keys shows them';

/** What the gateway process is told; the only reader of its environment. */
export class GatewayConfig extends ParticipantServiceConfig {
  @FromEnv('PETABAKAT_RECEIPT_KEY_ID', 'name of the key that signs receipts; never used for a second key')
  @Matches(/^[A-Za-z0-9._-]{1,64}$/)
  receiptKeyId: string;

  @SecretFromEnv('PETABAKAT_RECEIPT_PRIVATE_KEY', 'Ed25519 private key, PKCS #8 in PEM')
  @Contains('BEGIN PRIVATE KEY', { message: 'must be a private key in PEM' })
  receiptPrivateKey: string;

  @SecretFromEnv(
    'PETABAKAT_RECEIPT_FURTHER_KEYS',
    'JSON list of keys to publish besides: of other gateways, and retired ones with retiredAt',
  )
  @ValidateBy({ name: 'isKeyList', validator: { validate: isKeyList, defaultMessage: () => NO_KEY_LIST } })
  receiptFurtherKeys: string = '[]';

  @FromEnv('PETABAKAT_ASSESSMENT_URL', 'where the assessment service listens')
  @IsUrl(HTTP_URL, NO_URL)
  assessmentUrl: string;

  @FromEnv('PETABAKAT_SCORING_URL', 'where the scoring service listens')
  @IsUrl(HTTP_URL, NO_URL)
  scoringUrl: string;

  @FromEnv('PETABAKAT_SCHEDULER_URL', 'where the scheduler service listens')
  @IsUrl(HTTP_URL, NO_URL)
  schedulerUrl: string;

  /** A client that re-sends what it kept while offline stays far below; one that loops does not. */
  @FromEnv('PETABAKAT_ANSWER_RATE_PER_SECOND', 'answer requests that one attempt may go on making')
  @IsNumber()
  @Min(0.1)
  answerRatePerSecond: number = 10;

  @FromEnv('PETABAKAT_ANSWER_RATE_BURST', 'answer requests that one attempt may make at once')
  @IsInt()
  @Min(1)
  answerRateBurst: number = 100;

  /** Below the accumulator's own bound, so that requests are refused while those already taken are still in time. */
  @FromEnv('PETABAKAT_ANSWER_QUEUE_RECORDS_MAX', 'answers waiting for the log from which on more are refused')
  @IsInt()
  @Min(1)
  @Max(5_000)
  answerQueueRecordsMax: number = 4_000;

  @FromEnv('PETABAKAT_EVENT_LOOP_DELAY_MAX_MS', 'mean delay of the event loop from which on answers are refused')
  @IsInt()
  @Min(10)
  eventLoopDelayMaxMs: number = 250;
}

export function furtherReceiptKeys(config: Pick<GatewayConfig, 'receiptFurtherKeys'>): readonly PublishedReceiptKey[] {
  return JSON.parse(config.receiptFurtherKeys) as PublishedReceiptKey[];
}

function isKeyList(text: unknown): boolean {
  try {
    const keys = JSON.parse(String(text)) as Partial<PublishedReceiptKey>[];
    return Array.isArray(keys) && keys.every(({ kid, x }) => typeof kid === 'string' && typeof x === 'string');
  } catch {
    return false;
  }
}
