import { generateKeyPairSync } from 'node:crypto';
import { type Receipt, ReceiptSigner, leafOf, verifyReceipt } from './receipt';
import { publishReceiptKey, receiptKeyFrom } from './receipt-keys';

const keys = generateKeyPairSync('ed25519');
const signer = new ReceiptSigner('2026-a', keys.privateKey);
const recorded = {
  attemptId: 'attempt-1',
  itemId: 'item-1',
  seq: 1_048_577,
  commitment: 'ab'.repeat(32),
  partition: 3,
  offset: 41,
  receivedAt: '2026-02-03T04:05:06.789Z',
};

describe('receipts', () => {
  test('a signed receipt holds under the published key', async () => {
    const receipt = await signer.sign(recorded);
    expect(receipt).toEqual({ ...recorded, kid: '2026-a', signature: expect.stringMatching(/^[\w-]{86}$/) });
    expect(verifyReceipt(receipt, receiptKeyFrom(publishReceiptKey('2026-a', keys.privateKey)))).toBe(true);
  });

  test.each<[string, Partial<Receipt>]>([
    ['attemptId', { attemptId: 'attempt-2' }],
    ['itemId', { itemId: 'item-2' }],
    ['seq', { seq: 1_048_578 }],
    ['commitment', { commitment: 'ac'.repeat(32) }],
    ['case of the commitment', { commitment: 'AB'.repeat(32) }],
    ['partition', { partition: 4 }],
    ['offset', { offset: 42 }],
    ['receivedAt', { receivedAt: '2026-02-03T04:05:06.788Z' }],
    ['kid', { kid: '2026-b' }],
    ['number that is none', { offset: Number.NaN }],
    ['number as text', { seq: '1048577' as unknown as number }],
    ['signature that is missing', { signature: undefined as unknown as string }],
  ])('a receipt with another %s does not hold', async (_field, change) => {
    const receipt = await signer.sign(recorded);
    expect(verifyReceipt({ ...receipt, ...change }, keys.publicKey)).toBe(false);
  });

  test('a signature has one spelling only', async () => {
    const receipt = await signer.sign(recorded);
    for (const signature of [`${receipt.signature}=`, ` ${receipt.signature}`, receipt.signature.slice(1)]) {
      expect(verifyReceipt({ ...receipt, signature }, keys.publicKey)).toBe(false);
    }
  });

  test('a receipt does not hold under another key', async () => {
    const other = generateKeyPairSync('ed25519').publicKey;
    expect(verifyReceipt(await signer.sign(recorded), other)).toBe(false);
  });

  test('the leaf names the position: the same answer at another offset is another leaf', () => {
    expect(leafOf({ ...recorded, offset: 42 })).not.toEqual(leafOf(recorded));
    expect(leafOf({ ...recorded })).toEqual(leafOf(recorded));
  });

  test('only Ed25519 keys of the right kind are taken', () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    expect(() => new ReceiptSigner('k', rsa.privateKey)).toThrow(TypeError);
    expect(() => new ReceiptSigner('k', keys.publicKey)).toThrow(TypeError);
    expect(() => publishReceiptKey('k', rsa.publicKey)).toThrow(TypeError);
  });

  test('publishing a key shows nothing of its private part', () => {
    const secret = keys.privateKey.export({ format: 'jwk' }).d!;
    expect(JSON.stringify(publishReceiptKey('2026-a', keys.privateKey))).not.toContain(secret);
  });
});
