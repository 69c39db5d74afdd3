/**
 * Rows per block. Eight binary items give 256 rows, three five-category items 125: at 121 nodes 15 such blocks hold 3.7 MB,
 * which stays near the processor, and a table repays its making after some 300 persons.
 */
export const BLOCK_ROWS_MAX = 256;

/** Values per item, category and node, node fastest: `tables[item][category * nodes + node]`. */
export type ItemTables = readonly Float64Array[];

interface Block {
  readonly firstItem: number;
  readonly endItem: number;
  /** Where the block's first row starts in the common array. */
  readonly start: number;
}

/** Blocks added in one pass over the nodes: four reads and one write instead of four of each. */
const BLOCKS_PER_PASS = 4;

/**
 * Sums of per-item tables over a complete response pattern, with runs of items fused: one row holds the finished sum for
 * every combination of categories of its block. The layout depends on the items alone, so that a person's sum is formed
 * in the same order, to the same bytes, whoever else is in the batch.
 */
export class BlockTable {
  private readonly blocks: readonly Block[];
  /** All rows of all blocks, then one row of zeros that fills up the last pass. */
  private readonly rows: Float64Array;
  private readonly starts: Int32Array;

  constructor(
    tables: ItemTables,
    private readonly categories: readonly number[],
    private readonly nodes: number,
  ) {
    const bounds = blockBounds(categories);
    const fused = bounds.map(([firstItem, endItem]) => fuse(tables, categories, nodes, firstItem, endItem));
    const size = fused.reduce((sum, rows) => sum + rows.length, 0);
    this.rows = new Float64Array(size + nodes);
    this.starts = new Int32Array(Math.ceil(bounds.length / BLOCKS_PER_PASS) * BLOCKS_PER_PASS).fill(size);
    let start = 0;
    this.blocks = bounds.map(([firstItem, endItem], block) => {
      this.rows.set(fused[block]!, start);
      start += fused[block]!.length;
      return { firstItem, endItem, start: start - fused[block]!.length };
    });
  }

  /** Adds the sums for the complete pattern that starts at `offset` to `into`. */
  addPattern(scores: ArrayLike<number>, offset: number, into: Float64Array): void {
    const { nodes, rows, starts } = this;
    this.findRows(scores, offset);
    for (let block = 0; block < starts.length; block += BLOCKS_PER_PASS) {
      const first = starts[block]!;
      const second = starts[block + 1]!;
      const third = starts[block + 2]!;
      const fourth = starts[block + 3]!;
      for (let node = 0; node < nodes; node++) {
        into[node]! += rows[first + node]! + rows[second + node]! + (rows[third + node]! + rows[fourth + node]!);
      }
    }
  }

  private findRows(scores: ArrayLike<number>, offset: number): void {
    for (let block = 0; block < this.blocks.length; block++) {
      const { firstItem, endItem, start } = this.blocks[block]!;
      let row = 0;
      for (let item = firstItem; item < endItem; item++) {
        row = row * this.categories[item]! + Math.max(0, scores[offset + item]!);
      }
      this.starts[block] = start + row * this.nodes;
    }
  }
}

function blockBounds(categories: readonly number[]): [number, number][] {
  const bounds: [number, number][] = [];
  let first = 0;
  let rows = 1;
  categories.forEach((count, item) => {
    if (rows * count > BLOCK_ROWS_MAX && item > first) {
      bounds.push([first, item]);
      first = item;
      rows = 1;
    }
    rows *= count;
  });
  bounds.push([first, categories.length]);
  return bounds;
}

function fuse(
  tables: ItemTables,
  categories: readonly number[],
  nodes: number,
  firstItem: number,
  endItem: number,
): Float64Array {
  let rows: Float64Array = new Float64Array(nodes);
  for (let item = firstItem; item < endItem; item++) {
    const count = categories[item]!;
    const table = tables[item]!;
    const wider = new Float64Array(rows.length * count);
    for (let row = 0; row < rows.length / nodes; row++) {
      for (let category = 0; category < count; category++) {
        const target = (row * count + category) * nodes;
        for (let node = 0; node < nodes; node++) {
          wider[target + node] = rows[row * nodes + node]! + table[category * nodes + node]!;
        }
      }
    }
    rows = wider;
  }
  return rows;
}
