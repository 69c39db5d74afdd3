import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** One byte of the hash decides. */
export const SHARDS_MAX = 256;
/** Lines are handed to the kernel in pieces of this size. */
const WRITE_CHARACTERS = 1_000_000;

/** Divides keys evenly, the same way here and in PostgreSQL. */
export class Shards {
  constructor(readonly count: number) {
    if (count < 1 || count > SHARDS_MAX) throw new RangeError(`from 1 to ${SHARDS_MAX} shards, not ${count}`);
  }

  of(key: string): number {
    return createHash('md5').update(key).digest()[0]! % this.count;
  }

  /** The rows of one shard. */
  condition(column: string, shard: number): string {
    return `get_byte(decode(md5(${column}), 'hex'), 0) % ${this.count} = ${shard}`;
  }
}

/** One file of lines for each shard. */
export class ShardFiles {
  private readonly files: { readonly path: string; readonly file: number; text: string }[];

  constructor(folder: string, name: string, { count }: Shards) {
    this.files = Array.from({ length: count }, (_, shard) => {
      const path = join(folder, `${name}-${shard}.jsonl`);
      return { path, file: openSync(path, 'w'), text: '' };
    });
  }

  add(shard: number, line: string): void {
    const one = this.files[shard]!;
    one.text += `${line}\n`;
    if (one.text.length >= WRITE_CHARACTERS) this.flush(one);
  }

  /** @returns the paths, in the order of the shards */
  close(): string[] {
    return this.files.map((one) => {
      this.flush(one);
      closeSync(one.file);
      return one.path;
    });
  }

  private flush(one: (typeof this.files)[number]): void {
    const bytes = Buffer.from(one.text);
    one.text = '';
    for (let written = 0; written < bytes.length;) written += writeSync(one.file, bytes, written);
  }
}
