import { type CommandContext, readJsonFile } from '../command-context';
import { type CommandGroup, action } from '../command-group';

interface ImportedPackage {
  readonly packageId: string;
  readonly version: number;
  readonly hash: string;
  readonly illustrative: boolean;
  readonly inForce: boolean;
}

export const addPackageCommands: CommandGroup = (program, surroundings) => {
  program
    .command('packages')
    .description('scoring packages: keys and scales of a form')
    .command('import')
    .description('record a package version from a JSON file; a version never changes')
    .argument('<file>')
    .option('--activate-illustrative', 'let a package of made-up data score')
    .action(action(surroundings, importPackage));
};

interface ImportOptions {
  readonly activateIllustrative?: boolean;
}

async function importPackage(context: CommandContext, file: string, options: ImportOptions): Promise<void> {
  const path = options.activateIllustrative ? '/v1/packages?activateIllustrative=true' : '/v1/packages';
  const imported = await context.api().post<ImportedPackage>(path, readJsonFile(file));
  const { packageId, version, hash, illustrative, inForce } = imported;
  if (illustrative) context.console.note('Illustrative: the package is made up for show.');
  context.console.fields(imported, { package: packageId, version, hash, 'in force': inForce });
}
