import { type KeyObject, generateKeyPairSync } from 'node:crypto';
import { publishReceiptKey, receiptKeyFrom, verifyReceipt } from '@app/receipts';
import { ReceiptKeyRing } from './receipt-key-ring';

const [own, older] = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')];
const retired = publishReceiptKey('2025-a', older.publicKey, '2026-01-01T00:00:00.000Z');

function pemOf(key: KeyObject): string {
  return key.export({ format: 'pem', type: 'pkcs8' }).toString();
}

describe('the keys of the receipts', () => {
  test('the signing key is published first, the others stay published', async () => {
    const ring = new ReceiptKeyRing({ kid: '2026-a', privateKey: pemOf(own.privateKey), furtherKeys: [retired] });
    expect(ring.published).toEqual([publishReceiptKey('2026-a', own.publicKey), retired]);
    const receipt = await ring.signer.sign({
      attemptId: 'a',
      itemId: 'i',
      seq: 1,
      commitment: '0'.repeat(64),
      partition: 0,
      offset: 0,
      receivedAt: '2026-01-01T00:00:00.000Z',
    });
    expect(verifyReceipt(receipt, receiptKeyFrom(ring.published[0]!))).toBe(true);
  });

  test('the own key among the further keys is published once', () => {
    const furtherKeys = [publishReceiptKey('2026-a', own.publicKey), retired];
    const ring = new ReceiptKeyRing({ kid: '2026-a', privateKey: pemOf(own.privateKey), furtherKeys });
    expect(ring.published.map(({ kid }) => kid)).toEqual(['2026-a', '2025-a']);
  });

  test.each([
    ['a key id stands for two keys', { furtherKeys: [publishReceiptKey('2026-a', older.publicKey)] }],
    ['a further key is none', { furtherKeys: [{ ...retired, x: 'short' }] }],
    ['the private key is none', { privateKey: 'none' }],
    ['the private key is of another kind', { privateKey: pemOf(generateKeyPairSync('x25519').privateKey) }],
  ])('a gateway does not start where %s', (_what, change) => {
    const options = { kid: '2026-a', privateKey: pemOf(own.privateKey), furtherKeys: [], ...change };
    expect(() => new ReceiptKeyRing(options)).toThrow(expect.objectContaining({ code: 'config.invalid' }));
  });
});
