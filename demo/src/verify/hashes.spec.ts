import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StoredAnswer } from '../client/platform.client';
import type { Receipt } from '../client/receipt';
import { commitmentOf, ReceiptKeys, rootOf } from './hashes';

/** The test vector that is published for everybody who writes a program of their own. */
const document = readFileSync(join(__dirname, '..', '..', '..', 'docs', 'receipts.md'), 'utf8');
const vector = JSON.parse(/```json\n([\s\S]*?)```/.exec(document)![1]!) as {
  publicKey: string;
  answers: (Receipt & { response: never; salt: string })[];
  root: string;
};
const answers = vector.answers.map((answer) => ({
  ...answer,
  salt: Buffer.from(answer.salt, 'hex').toString('base64url'),
  verdict: 'counted',
})) satisfies StoredAnswer[];
const { attemptId, partition, kid } = vector.answers[0]!;

describe('the checks of a receipt', () => {
  test('published commitments open with their salts', () => {
    expect(answers.map((answer) => commitmentOf(attemptId, answer))).toEqual(
      vector.answers.map(({ commitment }) => commitment),
    );
  });

  test('the published root is that of the published answers', () => {
    expect(rootOf(attemptId, partition, answers)).toBe(vector.root);
  });

  test('published signatures are genuine, and no longer so with one changed field', () => {
    const keys = new ReceiptKeys([{ kid, kty: 'OKP', crv: 'Ed25519', x: vector.publicKey }]);
    for (const receipt of vector.answers) {
      expect(keys.isGenuine(receipt)).toBe(true);
      expect(keys.isGenuine({ ...receipt, offset: receipt.offset + 1 })).toBe(false);
      expect(keys.isGenuine({ ...receipt, kid: 'another' })).toBe(false);
    }
  });
});
