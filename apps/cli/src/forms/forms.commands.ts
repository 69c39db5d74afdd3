import { type CommandContext, readJsonFile } from '../command-context';
import { type CommandGroup, action } from '../command-group';

interface ImportedForm {
  readonly formId: string;
  readonly version: number;
  readonly hash: string;
}

export const addFormCommands: CommandGroup = (program, surroundings) => {
  program
    .command('forms')
    .description('forms: the items that participants get')
    .command('import')
    .description('record a form version from a JSON file; a version never changes')
    .argument('<file>')
    .action(action(surroundings, importForm));
};

async function importForm(context: CommandContext, file: string): Promise<void> {
  const form = await context.api().post<ImportedForm>('/v1/forms', readJsonFile(file));
  context.console.fields(form, { form: form.formId, version: form.version, hash: form.hash });
}
