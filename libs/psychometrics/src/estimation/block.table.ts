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
  /** `rows[row * nodes + node]`: the sum over the block's items for one combination of their categories. */
  readonly rows: Float64Array;
}

/**
 * Sums of per-item tables over a complete response pattern, with runs of items fused: one row holds the finished sum for
 * every combination of categories of its block. The layout depends on the items alone, so that a person's sum is formed
 * in the same order, to the same bytes, whoever else is in the batch.
 */
export class BlockTable {
  private readonly blocks: readonly Block[];

  constructor(
    tables: ItemTables,
    private readonly categories: readonly number[],
    private readonly nodes: number,
  ) {
    this.blocks = blockBounds(categories).map(([firstItem, endItem]) => ({
      firstItem,
      endItem,
      rows: fuse(tables, categories, nodes, firstItem, endItem),
    }));
  }

  /** Adds the sums for the complete pattern that starts at `offset` to `into`. */
  addPattern(scores: ArrayLike<number>, offset: number, into: Float64Array): void {
    const nodes = this.nodes;
    for (const block of this.blocks) {
      let row = 0;
      for (let item = block.firstItem; item < block.endItem; item++) {
        row = row * this.categories[item]! + Math.max(0, scores[offset + item]!);
      }
      const rows = block.rows;
      const start = row * nodes;
      for (let node = 0; node < nodes; node++) into[node]! += rows[start + node]!;
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
  let rows = new Float64Array(nodes);
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
