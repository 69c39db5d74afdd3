import { type KeyObject, createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import { DomainError } from '@app/contracts';

/** As long as the hash; a shorter secret would be the weakest part (RFC 7518 §3.2). */
const SECRET_BYTES_MIN = 32;
/** A token is about 250 characters long; nothing longer is worth decoding. */
const TOKEN_CHARACTERS_MAX = 1_024;

/** One header for each of two keys, before, while and after they are exchanged. */
const HEADERS_MAX = 4;

export interface AttemptTokenKey {
  readonly kid: string;
  readonly secret: Buffer;
}

export interface AttemptClaims {
  readonly attemptId: string;
  /** A login or move raises the attempt's epoch; tokens of older epochs are refused where the attempt is known. */
  readonly epoch: number;
  readonly sessionId: string;
  /** Whole seconds, as JWT carries them. */
  readonly expiresAtMs: number;
}

/**
 * Tokens of logged-in participants: compact JWT, HS256 and nothing else, two keys valid at once so that they can be
 * rotated while sessions run.
 */
export class AttemptTokens {
  private readonly keys = new Map<string, KeyObject>();
  /** Headers of good tokens, so that each is read once. */
  private readonly kids = new Map<string, string>();
  private readonly signingKid: string;

  /** @param keys the first signs, all verify */
  constructor(keys: readonly AttemptTokenKey[]) {
    const [first] = keys;
    if (!first) throw new RangeError('attempt tokens need a key');
    for (const { kid, secret } of keys) {
      if (secret.length < SECRET_BYTES_MIN) throw new RangeError(`the secret of key ${kid} is too short`);
      if (this.keys.has(kid)) throw new RangeError(`two keys have the id ${kid}`);
      this.keys.set(kid, createSecretKey(secret));
    }
    this.signingKid = first.kid;
  }

  issue(claims: AttemptClaims): string {
    const header = { alg: 'HS256', typ: 'JWT', kid: this.signingKid };
    const payload = {
      sub: claims.attemptId,
      ep: claims.epoch,
      ses: claims.sessionId,
      exp: Math.floor(claims.expiresAtMs / 1000),
    };
    const signed = `${encode(header)}.${encode(payload)}`;
    return `${signed}.${this.signature(this.signingKid, signed).toString('base64url')}`;
  }

  /** Refuses `access.token-invalid` or `access.token-expired`. */
  verify(token: string, nowMs: number): AttemptClaims {
    if (token.length > TOKEN_CHARACTERS_MAX) throw new DomainError('access.token-invalid');
    const parts = token.split('.');
    const [header, payload, signature] = parts;
    if (parts.length !== 3 || !header || !payload || !signature) throw new DomainError('access.token-invalid');
    const kid = this.kids.get(header) ?? kidOf(header);
    const expected = this.signature(kid, `${header}.${payload}`);
    const given = Buffer.from(signature, 'base64url');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw new DomainError('access.token-invalid');
    }
    // Only what was signed is kept, and that is one text for each key.
    if (this.kids.size < HEADERS_MAX) this.kids.set(header, kid);
    const claims = claimsOf(payload);
    if (claims.expiresAtMs <= nowMs) throw new DomainError('access.token-expired');
    return claims;
  }

  private signature(kid: string, signed: string): Buffer {
    const key = this.keys.get(kid);
    if (!key) throw new DomainError('access.token-invalid');
    return createHmac('sha256', key).update(signed).digest();
  }
}

function kidOf(header: string): string {
  const { alg, typ, kid } = decode(header);
  if (alg !== 'HS256' || typ !== 'JWT' || typeof kid !== 'string') throw new DomainError('access.token-invalid');
  return kid;
}

function claimsOf(payload: string): AttemptClaims {
  const { sub, ep, ses, exp } = decode(payload);
  const wellFormed =
    typeof sub === 'string' && typeof ses === 'string' && Number.isSafeInteger(ep) && Number.isSafeInteger(exp);
  if (!wellFormed) throw new DomainError('access.token-invalid');
  return { attemptId: sub, epoch: ep as number, sessionId: ses, expiresAtMs: (exp as number) * 1000 };
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

function decode(part: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Refused below, like everything else that is no token.
  }
  throw new DomainError('access.token-invalid');
}
