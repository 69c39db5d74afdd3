import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DomainError } from '@app/contracts';
import type { PartitionRange } from '@app/messaging';
import type { DryRunPart, PartStore } from '../../../scoring/src/rescoring/dry-run';

const PART = /^part-(\d+)\.json$/;

interface Run {
  /** What the run is about; parts of another run are no use to this one. */
  readonly about: string;
  readonly ranges: [number, PartitionRange][];
}

/** Parts of a dry run as files. A part is there whole or not at all, so a run that was killed goes on with the others. */
export class PartFolder implements PartStore {
  private constructor(
    private readonly folder: string,
    readonly ranges: [number, PartitionRange][],
  ) {}

  /**
   * @param about whatever the parts depend on
   * @param rangesNow ranges of a run that begins now; one that goes on keeps its own
   */
  static open(out: string, about: unknown, rangesNow: [number, PartitionRange][]): PartFolder {
    const folder = join(out, 'parts');
    mkdirSync(folder, { recursive: true });
    const path = join(folder, 'run.json');
    const digest = createHash('sha256').update(JSON.stringify(about)).digest('hex');
    if (!existsSync(path)) writeWhole(path, { about: digest, ranges: rangesNow } satisfies Run);
    const run = JSON.parse(readFileSync(path, 'utf8')) as Run;
    if (run.about !== digest) {
      throw new DomainError('request.invalid', `${folder} holds the parts of another dry run; give another folder.`);
    }
    return new PartFolder(folder, run.ranges);
  }

  async finished(): Promise<number[]> {
    return readdirSync(this.folder).flatMap((name) => {
      const [, partition] = PART.exec(name) ?? [];
      return partition === undefined ? [] : [Number(partition)];
    });
  }

  async save(part: DryRunPart): Promise<void> {
    writeWhole(this.pathOf(part.partition), part);
  }

  parts(): DryRunPart[] {
    return this.ranges.map(([partition]) => JSON.parse(readFileSync(this.pathOf(partition), 'utf8')) as DryRunPart);
  }

  private pathOf(partition: number): string {
    return join(this.folder, `part-${partition}.json`);
  }
}

function writeWhole(path: string, content: unknown): void {
  writeFileSync(`${path}.new`, JSON.stringify(content));
  renameSync(`${path}.new`, path);
}
