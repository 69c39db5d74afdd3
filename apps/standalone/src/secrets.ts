import { generateKeyPairSync, randomBytes } from 'node:crypto';

/** Everything that must stay secret and the same from one start to the next. */
export interface Secrets {
  /** `kid:base64`; the first signs. */
  readonly attemptTokenKeys: readonly string[];
  readonly commitmentSecret: string;
  readonly identitySecret: string;
  readonly receiptKeyId: string;
  /** Ed25519, PKCS #8 in PEM. */
  readonly receiptPrivateKey: string;
}

const SECRET_BYTES = 32;
const KEY_ID_BYTES = 4;

export function createSecrets(): Secrets {
  const { privateKey } = generateKeyPairSync('ed25519');
  return {
    attemptTokenKeys: [`${newKeyId()}:${newSecret()}`],
    commitmentSecret: newSecret(),
    identitySecret: newSecret(),
    receiptKeyId: newKeyId(),
    receiptPrivateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  };
}

/** Refuses a damaged file: new secrets in its place would make everything signed and sealed so far unreadable. */
export function parseSecrets(text: string, file: string): Secrets {
  const secrets = readJson(text) as Partial<Secrets> | null;
  const isWhole =
    Array.isArray(secrets?.attemptTokenKeys) &&
    secrets.attemptTokenKeys.length > 0 &&
    [secrets.commitmentSecret, secrets.identitySecret, secrets.receiptKeyId, secrets.receiptPrivateKey].every(isText);
  if (!isWhole) throw new Error(`${file} is damaged; restore it from a backup, or choose another data folder.`);
  return secrets as Secrets;
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.length > 0;
}

function newSecret(): string {
  return randomBytes(SECRET_BYTES).toString('base64');
}

function newKeyId(): string {
  return `k${randomBytes(KEY_ID_BYTES).toString('hex')}`;
}
