import { generateKeyPairSync } from 'node:crypto';
import { loadConfig } from '@app/bootstrap';
import { DomainError, type Problem } from '@app/contracts';
import { publishReceiptKey } from '@app/receipts';
import { GatewayConfig, furtherReceiptKeys } from './config';

const { privateKey, publicKey } = generateKeyPairSync('ed25519');

const GOOD = {
  PETABAKAT_DATABASE_URL: 'postgres://petabakat@127.0.0.1:5432/petabakat',
  PETABAKAT_KAFKA_BROKERS: '127.0.0.1:9092',
  PETABAKAT_ATTEMPT_TOKEN_KEYS: `t1:${Buffer.alloc(32, 1).toString('base64')}`,
  PETABAKAT_COMMITMENT_SECRET: Buffer.alloc(32, 2).toString('base64'),
  PETABAKAT_RECEIPT_KEY_ID: '2026-a',
  PETABAKAT_RECEIPT_PRIVATE_KEY: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
  PETABAKAT_ASSESSMENT_URL: 'http://assessment:3000',
  PETABAKAT_SCORING_URL: 'http://127.0.0.1:3001',
  PETABAKAT_SCHEDULER_URL: 'http://localhost:3002',
};

function problemsOf(env: NodeJS.ProcessEnv): readonly Problem[] {
  try {
    loadConfig(GatewayConfig, env);
    return [];
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return error.options.problems ?? [];
  }
}

describe('the configuration of the gateway', () => {
  test('is complete with nine variables', () => {
    expect(problemsOf(GOOD)).toEqual([]);
    expect(furtherReceiptKeys(loadConfig(GatewayConfig, GOOD))).toEqual([]);
  });

  test('names everything that is missing at once', () => {
    expect(problemsOf({}).map(({ at }) => at)).toEqual(expect.arrayContaining(Object.keys(GOOD)));
  });

  test.each([
    ['PETABAKAT_RECEIPT_KEY_ID', 'two words'],
    ['PETABAKAT_RECEIPT_PRIVATE_KEY', 'none'],
    ['PETABAKAT_RECEIPT_FURTHER_KEYS', '[{'],
    ['PETABAKAT_RECEIPT_FURTHER_KEYS', '{"kid":"a"}'],
    ['PETABAKAT_ASSESSMENT_URL', 'assessment:3000'],
    ['PETABAKAT_ANSWER_RATE_PER_SECOND', '0'],
    ['PETABAKAT_ANSWER_RATE_BURST', '0'],
    ['PETABAKAT_ANSWER_QUEUE_RECORDS_MAX', '5001'],
    ['PETABAKAT_EVENT_LOOP_DELAY_MAX_MS', 'soon'],
  ])('refuses %s = %s', (name, value) => {
    expect(problemsOf({ ...GOOD, [name]: value }).map(({ at }) => at)).toEqual([name]);
  });

  test('takes keys of other gateways and retired ones', () => {
    const retired = publishReceiptKey('2025-a', publicKey, '2026-01-01T00:00:00.000Z');
    const config = loadConfig(GatewayConfig, { ...GOOD, PETABAKAT_RECEIPT_FURTHER_KEYS: JSON.stringify([retired]) });
    expect(furtherReceiptKeys(config)).toEqual([retired]);
  });
});
