import type { InputPosition, ParameterSet } from '@app/psychometrics';
import { requireParameterSet } from '@app/psychometrics';
import { locating, placeOf } from '../measurement.refusal';
import { PARAMETER_FILE_SCHEMA } from '../schemas/parameter-file.schema';
import { compileSchema, requireContent } from './schema.check';
import { readJsonFile } from './text.file';

const validate = compileSchema<ParameterSet>(PARAMETER_FILE_SCHEMA);

/**
 * Reads item parameters; fields that are not parameters are left aside.
 *
 * @throws DomainError `file.unreadable`, `parameters.*`, with the item's row in the list and the field as column
 */
export function readParameterFile(path: string): ParameterSet {
  const set = requireContent(validate, readJsonFile(path), path, 'parameters.invalid');
  locating(
    (position) => parameterPlace(path, position),
    () => requireParameterSet(set),
  );
  return set;
}

export function parameterPlace(path: string, { itemIndex, field }: InputPosition): string {
  return placeOf(path, itemIndex === undefined ? undefined : itemIndex + 1, field);
}
