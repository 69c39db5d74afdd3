import { createHmac } from 'node:crypto';
import { AttemptTokens } from './attempt-tokens';

const OLD = { kid: 'k1', secret: Buffer.alloc(32, 1) };
const NEW = { kid: 'k2', secret: Buffer.alloc(32, 2) };
const CLAIMS = { attemptId: 'a-1', epoch: 2, sessionId: 's-1', expiresAtMs: 1_000_000 };

/** A token with any header and payload, truly signed. */
function forge(header: object, payload: object, secret = NEW.secret): string {
  const signed = [header, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
}

describe('attempt tokens', () => {
  const tokens = new AttemptTokens([NEW, OLD]);

  test('a token says again what it was issued for', () => {
    expect(tokens.verify(tokens.issue(CLAIMS), 999_999)).toEqual(CLAIMS);
  });

  test('a token of the key before the rotation still works, one of an unknown key does not', () => {
    expect(tokens.verify(new AttemptTokens([OLD]).issue(CLAIMS), 0)).toEqual(CLAIMS);
    const unknown = new AttemptTokens([{ kid: 'k3', secret: NEW.secret }]).issue(CLAIMS);
    expect(() => tokens.verify(unknown, 0)).toThrow(expect.objectContaining({ code: 'access.token-invalid' }));
  });

  test('a token ends at its time', () => {
    const token = tokens.issue(CLAIMS);
    expect(() => tokens.verify(token, 1_000_000)).toThrow(expect.objectContaining({ code: 'access.token-expired' }));
  });

  const payload = { sub: 'a-1', ep: 2, ses: 's-1', exp: 1_000 };
  test.each([
    ['of algorithm none', `${forge({ alg: 'none', typ: 'JWT', kid: 'k2' }, payload)}`],
    ['of another algorithm', forge({ alg: 'HS512', typ: 'JWT', kid: 'k2' }, payload)],
    ['signed with another secret', forge({ alg: 'HS256', typ: 'JWT', kid: 'k2' }, payload, OLD.secret)],
    ['without a signature', forge({ alg: 'HS256', typ: 'JWT', kid: 'k2' }, payload).replace(/[^.]+$/, '')],
    ['without an attempt', forge({ alg: 'HS256', typ: 'JWT', kid: 'k2' }, { ...payload, sub: undefined })],
    ['with a fraction of an epoch', forge({ alg: 'HS256', typ: 'JWT', kid: 'k2' }, { ...payload, ep: 1.5 })],
    ['with four parts', `${forge({ alg: 'HS256', typ: 'JWT', kid: 'k2' }, payload)}.x`],
    ['that is no JSON', 'e30x.e30x.e30x'],
    ['that is far too long', `${'x'.repeat(2_000)}.y.z`],
  ])('a token %s is not valid', (_, token) => {
    expect(() => tokens.verify(token, 0)).toThrow(expect.objectContaining({ code: 'access.token-invalid' }));
  });

  test('a token whose claims were changed is not valid', () => {
    const [header, , signature] = tokens.issue(CLAIMS).split('.');
    const changed = Buffer.from(JSON.stringify({ ...payload, sub: 'a-2' })).toString('base64url');
    expect(() => tokens.verify(`${header}.${changed}.${signature}`, 0)).toThrow('The token is not valid');
  });

  test('keys that are too short, doubled or absent are refused at once', () => {
    expect(() => new AttemptTokens([])).toThrow(RangeError);
    expect(() => new AttemptTokens([{ kid: 'k', secret: Buffer.alloc(31) }])).toThrow(RangeError);
    expect(() => new AttemptTokens([OLD, OLD])).toThrow(RangeError);
  });
});
