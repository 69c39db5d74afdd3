import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { inclusionProof, merkleRoot, verifyInclusion } from './merkle-tree';

/** The definition of RFC 9162, section 2.1.1, as it is written there. */
function rootByDefinition(leaves: readonly Uint8Array[]): Buffer {
  const sha256 = (...parts: Uint8Array[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
  if (leaves.length === 0) return sha256();
  if (leaves.length === 1) return sha256(Buffer.of(0), leaves[0]!);
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return sha256(Buffer.of(1), rootByDefinition(leaves.slice(0, split)), rootByDefinition(leaves.slice(split)));
}

function leavesOf(size: number): Buffer[] {
  return Array.from({ length: size }, (_, index) => Buffer.from(`leaf ${index}`));
}

describe('the hash tree', () => {
  test('the root of no leaves is the hash of nothing', () => {
    expect(merkleRoot([])).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });

  test('the root follows the definition for every size up to 130', () => {
    for (let size = 0; size <= 130; size++) {
      expect(merkleRoot(leavesOf(size))).toBe(rootByDefinition(leavesOf(size)).toString('hex'));
    }
  });

  test('every leaf of every tree up to 70 leaves has a proof that holds at its own index only', () => {
    for (let size = 1; size <= 70; size++) {
      const leaves = leavesOf(size);
      const root = merkleRoot(leaves);
      for (let index = 0; index < size; index++) {
        const claim = { leafBody: leaves[index]!, index, size, proof: inclusionProof(leaves, index), root };
        expect(claim.proof.length).toBeLessThanOrEqual(Math.ceil(Math.log2(size)));
        expect(verifyInclusion(claim)).toBe(true);
        expect(verifyInclusion({ ...claim, index: (index + 1) % (size + 1) })).toBe(false);
      }
    }
  });

  test('changing, leaving out, adding or swapping leaves changes the root', () => {
    const trees = fc.uniqueArray(fc.uint8Array({ maxLength: 40 }), {
      minLength: 2,
      maxLength: 40,
      comparator: sameBytes,
    });
    fc.assert(
      fc.property(trees, fc.nat(), (leaves, choice) => {
        const at = choice % leaves.length;
        const next = (at + 1) % leaves.length;
        const root = merkleRoot(leaves);
        const swapped = leaves.with(at, leaves[next]!).with(next, leaves[at]!);
        const changed = leaves.with(at, Buffer.concat([leaves[at]!, Buffer.of(1)]));
        return [swapped, changed, leaves.toSpliced(at, 1), leaves.toSpliced(at, 0, Buffer.of(1, 2, 3))].every(
          (other) => merkleRoot(other) !== root,
        );
      }),
    );
  });

  test('a proof with any part changed, missing or too many does not hold', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 200 }), fc.nat(), fc.nat(), (size, leafChoice, partChoice) => {
        const leaves = leavesOf(size);
        const index = leafChoice % size;
        const proof = inclusionProof(leaves, index);
        const at = partChoice % proof.length;
        const claim = { leafBody: leaves[index]!, index, size, proof, root: merkleRoot(leaves) };
        return [
          proof.with(at, 'f'.repeat(64)),
          proof.toSpliced(at, 1),
          [...proof, 'a'.repeat(64)],
          proof.with(at, proof[at]!.toUpperCase().replace('0', 'G')),
        ].every((other) => !verifyInclusion({ ...claim, proof: other }));
      }),
    );
  });

  test('an inner node cannot be passed off as a leaf', () => {
    const leaves = leavesOf(4);
    const inner = Buffer.concat(leaves.slice(0, 2).map((leaf) => rootByDefinition([leaf])));
    const sibling = merkleRoot(leaves.slice(2));
    expect(verifyInclusion({ leafBody: inner, index: 0, size: 2, proof: [sibling], root: merkleRoot(leaves) })).toBe(
      false,
    );
  });

  test.each([-1, 3, 0.5])('there is no proof for index %p of three leaves', (index) => {
    expect(() => inclusionProof(leavesOf(3), index)).toThrow(RangeError);
    expect(verifyInclusion({ leafBody: Buffer.of(), index, size: 3, proof: [], root: merkleRoot([]) })).toBe(false);
  });
});

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return Buffer.compare(left, right) === 0;
}
