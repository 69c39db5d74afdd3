import type { CommandContext } from '../command-context';
import { type CommandGroup, action } from '../command-group';
import { type BackupReport, backUp, restore } from './embedded-backup';

/** Where the embedded default keeps its data unless it is told otherwise. */
const DATA_FOLDER = '.data';

interface FolderOption {
  readonly dataFolder: string;
}

export const addBackupCommands: CommandGroup = (program, surroundings) => {
  const folder = surroundings.env.PETABAKAT_DATA_FOLDER || DATA_FOLDER;
  program
    .command('backup')
    .description('copy the data folder of the embedded default, secrets included, while nothing runs on it')
    .argument('<folder>', 'the backup, which must not exist yet; keep it as safe as the secrets in it')
    .option('--data-folder <folder>', 'what is copied', folder)
    .action(action(surroundings, makeBackup));
  program
    .command('restore')
    .description('make a data folder from a backup and see that its log is whole')
    .argument('<folder>', 'the backup')
    .option('--data-folder <folder>', 'what is made; must not exist yet', folder)
    .action(action(surroundings, restoreBackup));
};

async function makeBackup(context: CommandContext, target: string, { dataFolder }: FolderOption): Promise<void> {
  const report = await backUp(dataFolder, target);
  context.console.show(report, () => `Copied to ${sentenceOf(report)}`);
}

async function restoreBackup(context: CommandContext, backup: string, { dataFolder }: FolderOption): Promise<void> {
  const report = await restore(backup, dataFolder);
  context.console.show(
    report,
    () => `Restored to ${sentenceOf(report)} Start it, then compare: petabakat replay --verify`,
  );
}

function sentenceOf({ folder, files, records, createdAt }: BackupReport): string {
  return `${folder}: ${files} files, ${records} records in the log, as of ${createdAt}.`;
}
