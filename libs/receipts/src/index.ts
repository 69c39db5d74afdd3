/** Receipts of answers and the tree that an attempt's answers form; docs/receipts.md gives the bytes. */
export * from './commitments';
export * from './field-encoding';
export * from './merkle-tree';
export * from './receipt';
export * from './receipt-keys';
