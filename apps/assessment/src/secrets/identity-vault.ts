import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  hkdfSync,
  randomBytes,
  randomInt,
  timingSafeEqual,
} from 'node:crypto';

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
/** Ten million PINs: with five tries for each person, guessing one takes two million people. */
const PIN_DIGITS = 8;
/** As long as the keys derived from it. */
export const IDENTITY_SECRET_BYTES_MIN = 32;

export interface SealedForm {
  readonly algorithm: 'A256GCM';
  /** base64url, as the two below. */
  readonly iv: string;
  readonly ciphertext: string;
  readonly tag: string;
}

/**
 * All keys that guard who a person is, each derived from the one secret for one purpose (HKDF, RFC 5869), so that what
 * one of them gives away helps with no other.
 */
export class IdentityVault {
  private readonly fieldKey: Buffer;
  private readonly indexKey: Buffer;
  private readonly analyticsKey: Buffer;
  private readonly pinKey: Buffer;
  private readonly formKey: Buffer;

  constructor(secret: Uint8Array) {
    if (secret.length < IDENTITY_SECRET_BYTES_MIN)
      throw new RangeError(`the identity secret must have at least ${IDENTITY_SECRET_BYTES_MIN} bytes`);
    const derive = (purpose: string) =>
      Buffer.from(hkdfSync('sha256', secret, '', `petabakat.${purpose}.v1`, KEY_BYTES));
    this.fieldKey = derive('field');
    this.indexKey = derive('nip-index');
    this.analyticsKey = derive('analytics-id');
    this.pinKey = derive('pin');
    this.formKey = derive('form');
  }

  /** Encrypts a field of one row; a ciphertext that is copied to another row or column does not open there. */
  seal(place: string, text: string): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.fieldKey, iv).setAAD(Buffer.from(place));
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([iv, sealed, cipher.getAuthTag()]).toString('base64');
  }

  open(place: string, sealed: string): string {
    const bytes = Buffer.from(sealed, 'base64');
    const decipher = createDecipheriv('aes-256-gcm', this.fieldKey, bytes.subarray(0, IV_BYTES)).setAAD(
      Buffer.from(place),
    );
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]).toString('utf8');
  }

  /** Finds a person by NIP without storing it; keyed, since the 10^10 possible NIPs are guessed in hours otherwise. */
  nipIndex(nip: string): string {
    return this.mac(this.indexKey, nip).toString('base64');
  }

  /** The pseudonym under which everybody else knows the person. The same person always gets the same. */
  analyticsIdOf(nip: string): string {
    return `p${this.mac(this.analyticsKey, nip).toString('hex').slice(0, 32)}`;
  }

  newPin(): string {
    return String(randomInt(10 ** PIN_DIGITS)).padStart(PIN_DIGITS, '0');
  }

  /** Keyed and fast: PINs live minutes, are tried five times, and 20,000 people log in at once. */
  pinHash(pin: { analyticsId: string; sessionId: string; seat: string; pin: string }): string {
    return this.mac(this.pinKey, JSON.stringify([pin.analyticsId, pin.sessionId, pin.seat, pin.pin])).toString(
      'base64',
    );
  }

  samePin(a: string, b: string): boolean {
    const [left, right] = [Buffer.from(a), Buffer.from(b)];
    return left.length === right.length && timingSafeEqual(left, right);
  }

  /** The key that the start of an attempt releases; one for each session and form. */
  formKeyOf(sessionId: string, formHash: string): Buffer {
    return this.mac(this.formKey, JSON.stringify([sessionId, formHash]));
  }

  sealForm(key: Buffer, form: unknown): SealedForm {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', key, iv);
    const ciphertext = Buffer.concat([cipher.update(JSON.stringify(form), 'utf8'), cipher.final()]);
    return {
      algorithm: 'A256GCM',
      iv: iv.toString('base64url'),
      ciphertext: ciphertext.toString('base64url'),
      tag: cipher.getAuthTag().toString('base64url'),
    };
  }

  private mac(key: Buffer, text: string): Buffer {
    return createHmac('sha256', key).update(text, 'utf8').digest();
  }
}
