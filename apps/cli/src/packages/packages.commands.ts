import { type CommandContext, readJsonFile } from '../command-context';
import { type CommandGroup, action } from '../command-group';

interface ImportedPackage {
  readonly packageId: string;
  readonly version: number;
  readonly hash: string;
  readonly inForce: boolean;
}

export const addPackageCommands: CommandGroup = (program, surroundings) => {
  program
    .command('packages')
    .description('scoring packages: keys and scales of a form')
    .command('import')
    .description('record a package version from a JSON file; a version never changes')
    .argument('<file>')
    .action(action(surroundings, importPackage));
};

async function importPackage(context: CommandContext, file: string): Promise<void> {
  const imported = await context.api().post<ImportedPackage>('/v1/packages', readJsonFile(file));
  const { packageId, version, hash, inForce } = imported;
  context.console.fields(imported, { package: packageId, version, hash, 'in force': inForce });
}
