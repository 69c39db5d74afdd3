import { createHash, randomBytes } from 'node:crypto';

/** Says what the text is wherever one is found: in a log, in a repository, by a secret scanner. */
const PREFIX = 'pbk_';
/** 256 bits: nothing to guess, so a plain fast hash of it is safe to store. */
const SECRET_BYTES = 32;
const TOKEN = /^pbk_([a-z0-9][a-z0-9._:-]{0,63})\.[A-Za-z0-9_-]{43}$/;

export const ACCOUNT = /^[a-z0-9][a-z0-9._:-]{0,63}$/;

export function createStaffToken(account: string): string {
  return `${PREFIX}${account}.${randomBytes(SECRET_BYTES).toString('base64url')}`;
}

/** Staff tokens and attempt tokens come in the same header. */
export function isStaffToken(token: string): boolean {
  return token.startsWith(PREFIX);
}

/** @returns the account that a well-formed token names, else null */
export function accountOf(token: string): string | null {
  return TOKEN.exec(token)?.[1] ?? null;
}

export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
