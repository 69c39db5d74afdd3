import { hash } from 'node:crypto';

/**
 * The hash tree of RFC 9162, section 2.1, over SHA-256. Leaves and inner nodes are hashed under different prefixes, so
 * that no inner node can be passed off as a leaf.
 */
const LEAF_PREFIX = Buffer.of(0x00);
const NODE_PREFIX = Buffer.of(0x01);

export interface InclusionClaim {
  readonly leafBody: Uint8Array;
  readonly index: number;
  /** Number of leaves of the tree. */
  readonly size: number;
  /** Sibling hashes from the leaf up, hexadecimal. */
  readonly proof: readonly string[];
  readonly root: string;
}

/** @returns the tree's root, hexadecimal; that of no leaves is the hash of nothing */
export function merkleRoot(leafBodies: readonly Uint8Array[]): string {
  if (leafBodies.length === 0) return sha256(Buffer.alloc(0)).toString('hex');
  return rootOf(leafBodies.map(hashLeaf)).toString('hex');
}

/** @returns sibling hashes from the leaf at `index` up to the root, hexadecimal */
export function inclusionProof(leafBodies: readonly Uint8Array[], index: number): string[] {
  if (!Number.isInteger(index) || index < 0 || index >= leafBodies.length) {
    throw new RangeError('the tree has no leaf at this index');
  }
  const siblings: string[] = [];
  let subtree = leafBodies.map(hashLeaf);
  let at = index;
  while (subtree.length > 1) {
    const split = largestPowerOfTwoBelow(subtree.length);
    const left = subtree.slice(0, split);
    const right = subtree.slice(split);
    const isLeft = at < split;
    siblings.push(rootOf(isLeft ? right : left).toString('hex'));
    subtree = isLeft ? left : right;
    if (!isLeft) at -= split;
  }
  return siblings.reverse();
}

/** Whether the leaf stands at the index of the tree with this root; the check of RFC 9162, section 2.1.3.2. */
export function verifyInclusion(claim: InclusionClaim): boolean {
  const { index, size, proof } = claim;
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return false;
  let position = index;
  let last = size - 1;
  let node = hashLeaf(claim.leafBody);
  for (const text of proof) {
    if (last === 0 || !/^[0-9a-f]{64}$/.test(text)) return false;
    const sibling = Buffer.from(text, 'hex');
    if (position % 2 === 1 || position === last) {
      node = hashNode(sibling, node);
      // A right-most node without a sibling rises unchanged until it is a right child.
      while (position % 2 === 0 && position > 0) {
        position = Math.floor(position / 2);
        last = Math.floor(last / 2);
      }
    } else {
      node = hashNode(node, sibling);
    }
    position = Math.floor(position / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && node.toString('hex') === claim.root;
}

/** Level by level: a node without a right neighbour rises unchanged, which gives the RFC's left-full shape. */
function rootOf(leaves: readonly Buffer[]): Buffer {
  let level = leaves;
  while (level.length > 1) {
    const above: Buffer[] = [];
    for (let at = 0; at < level.length; at += 2) {
      const left = level[at]!;
      const right = level[at + 1];
      above.push(right ? hashNode(left, right) : left);
    }
    level = above;
  }
  return level[0]!;
}

function largestPowerOfTwoBelow(size: number): number {
  let power = 1;
  while (power * 2 < size) power *= 2;
  return power;
}

function hashLeaf(body: Uint8Array): Buffer {
  return sha256(Buffer.concat([LEAF_PREFIX, body]));
}

function hashNode(left: Buffer, right: Buffer): Buffer {
  return sha256(Buffer.concat([NODE_PREFIX, left, right]));
}

function sha256(bytes: Buffer): Buffer {
  return hash('sha256', bytes, 'buffer');
}
