import { createHash, createHmac, createPrivateKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Commitments } from './commitments';
import { inclusionProof, merkleRoot, verifyInclusion } from './merkle-tree';
import { ReceiptSigner, leafOf, verifyReceipt } from './receipt';
import { publishReceiptKey, receiptKeyFrom } from './receipt-keys';

/**
 * The test vector of docs/receipts.md, made twice: by this library, and by the few lines below, which are written from
 * the document alone and share nothing with the library. Who changes the format has to change the document.
 */
interface Vector {
  commitmentSecret: string;
  privateKey: string;
  publicKey: string;
  answers: VectorAnswer[];
  root: string;
  proofOfSecond: string[];
}
interface VectorAnswer {
  attemptId: string;
  itemId: string;
  seq: number;
  response: unknown;
  partition: number;
  offset: number;
  receivedAt: string;
  salt: string;
  commitment: string;
  kid: string;
  signature: string;
}

const vector = readVector();

function readVector(): Vector {
  const text = readFileSync(join(__dirname, '../../../docs/receipts.md'), 'utf8');
  const block = /```json\n([^`]*)```/.exec(text)?.[1];
  if (!block) throw new Error('docs/receipts.md holds no test vector');
  return JSON.parse(block) as Vector;
}

/** PKCS #8 frame of a raw Ed25519 private key. */
const PKCS8_PREFIX = '302e020100300506032b657004220420';

const second = {
  enc(...fields: (string | number | Buffer)[]): Buffer {
    const contents = fields.map((field) => {
      if (typeof field !== 'number') return Buffer.from(field as string);
      return Buffer.from(field.toString(16).padStart(16, '0'), 'hex');
    });
    return Buffer.concat(
      contents.flatMap((bytes) => [Buffer.from(bytes.length.toString(16).padStart(8, '0'), 'hex'), bytes]),
    );
  },
  sha256: (...parts: Buffer[]) => createHash('sha256').update(Buffer.concat(parts)).digest(),
  salt(a: VectorAnswer): Buffer {
    const key = Buffer.from(vector.commitmentSecret, 'hex');
    return createHmac('sha256', key)
      .update(second.enc('petabakat.salt.v1', a.attemptId, a.seq))
      .digest()
      .subarray(0, 16);
  },
  commitment(a: VectorAnswer): string {
    const json = JSON.stringify(a.response);
    return second
      .sha256(second.enc('petabakat.answer.v1', second.salt(a), a.attemptId, a.itemId, a.seq, json))
      .toString('hex');
  },
  position: (a: VectorAnswer) => [a.attemptId, a.itemId, a.seq, a.commitment, a.partition, a.offset, a.receivedAt],
  signature(a: VectorAnswer): string {
    const der = Buffer.from(PKCS8_PREFIX + vector.privateKey, 'hex');
    const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
    return sign(null, second.enc('petabakat.receipt.v1', a.kid, ...second.position(a)), key).toString('base64url');
  },
  node: (left: Buffer, right: Buffer) => second.sha256(Buffer.of(1), left, right),
  leaf: (a: VectorAnswer) => second.sha256(Buffer.of(0), second.enc('petabakat.leaf.v1', ...second.position(a))),
};

describe('the test vector of docs/receipts.md', () => {
  const commitments = new Commitments(Buffer.from(vector.commitmentSecret, 'hex'));
  const privateKey = createPrivateKey({
    key: Buffer.from(PKCS8_PREFIX + vector.privateKey, 'hex'),
    format: 'der',
    type: 'pkcs8',
  });
  const leaves = vector.answers.map(leafOf);

  test('a second implementation gives the same salts, commitments and signatures', () => {
    const made = vector.answers.map((answer) => ({
      ...answer,
      salt: second.salt(answer).toString('hex'),
      commitment: second.commitment(answer),
      signature: second.signature(answer),
    }));
    expect(made).toEqual(vector.answers);
  });

  test('a second implementation gives the same root and proof', () => {
    const [first, middle, last] = vector.answers.map(second.leaf) as [Buffer, Buffer, Buffer];
    expect(vector.answers).toHaveLength(3);
    expect(second.node(second.node(first, middle), last).toString('hex')).toBe(vector.root);
    expect([first, last].map((hash) => hash.toString('hex'))).toEqual(vector.proofOfSecond);
  });

  test('the library gives the same salts, commitments and signatures', async () => {
    const signer = new ReceiptSigner(vector.answers[0]!.kid, privateKey);
    for (const answer of vector.answers) {
      const commitment = commitments.commit(answer);
      expect(commitment).toBe(answer.commitment);
      expect(commitments.salt(answer.attemptId, answer.seq).toString('hex')).toBe(answer.salt);
      const receipt = await signer.sign({ ...answer, commitment });
      expect(receipt.signature).toBe(answer.signature);
      expect(verifyReceipt(receipt, receiptKeyFrom({ x: vector.publicKey }))).toBe(true);
    }
    expect(publishReceiptKey('any', privateKey).x).toBe(vector.publicKey);
  });

  test('the library gives the same root and proof', () => {
    expect(merkleRoot(leaves)).toBe(vector.root);
    expect(inclusionProof(leaves, 1)).toEqual(vector.proofOfSecond);
    const claim = { leafBody: leaves[1]!, index: 1, size: 3, proof: vector.proofOfSecond, root: vector.root };
    expect(verifyInclusion(claim)).toBe(true);
  });
});
