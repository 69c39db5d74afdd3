import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EventLog } from '@app/messaging';
import { readPackage } from '../../../scoring/src/packages/package-file';
import { differenceFiles, type DifferenceSummary } from '../../../scoring/src/rescoring/difference-files';
import { dryRun, dryRunRanges } from '../../../scoring/src/rescoring/dry-run';
import { type CommandContext, readJsonFile } from '../command-context';
import { PartFolder } from './part-folder';
import { createProgress } from './progress';
import type { ScopeOption } from './scope.option';

interface DryRunOptions {
  readonly package: string;
  readonly before: readonly string[];
  readonly scope: ScopeOption;
  readonly out: string;
}

/** Reads the log itself: what it says needs no service and no table. */
export async function dryRunFromLog(context: CommandContext, options: DryRunOptions): Promise<void> {
  const log = await context.openLog();
  try {
    const summary = await report(log, options);
    context.console.fields(summary, {
      attempts: summary.attempts,
      changed: summary.changed,
      'not fitting': summary.unfit.length,
      unreadable: summary.unreadable.length,
      digest: summary.digest,
      report: join(options.out, 'differences.html'),
    });
  } finally {
    await log.close();
  }
}

async function report(log: EventLog, { package: file, before, scope, out }: DryRunOptions): Promise<DifferenceSummary> {
  const scoringPackage = readPackage(readJsonFile(file));
  const earlier = before.map((path) => readPackage(readJsonFile(path)));
  const hashes = [scoringPackage, ...earlier].map(({ hash }) => hash);
  const store = PartFolder.open(out, [hashes, scope], await dryRunRanges(log));
  const bar = createProgress('records read');
  const total = store.ranges.reduce((sum, [, { startOffset, endOffset }]) => sum + endOffset - startOffset, 0);
  let done = 0;
  try {
    await dryRun(
      log,
      {
        package: scoringPackage,
        scope,
        packageOf: async ({ packageId, version }) =>
          earlier.find((one) => one.packageId === packageId && one.version === version) ?? null,
        onProgress: (records) => bar.show((done += records), total),
      },
      store,
    );
  } finally {
    bar.stop();
  }
  const { summary, files } = differenceFiles({ package: scoringPackage, earlier, scope, parts: store.parts() });
  for (const [name, content] of files) writeFileSync(join(out, name), content);
  return summary;
}
