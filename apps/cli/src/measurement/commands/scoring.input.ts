import type { InputPosition, ParameterSet, ResponseMatrix } from '@app/psychometrics';
import { placeOf, refusal } from '../measurement.refusal';
import { parameterPlace, readParameterFile } from '../files/parameter.file';
import { parseColumns, readResponseFile, type ResponseFile, responsePlace, scoresOf } from '../files/response.file';
import { tell } from '../files/text.file';

export interface ScoringArguments {
  readonly parameters: string;
  readonly responses: string;
  readonly ignore?: string;
}

/** Parameters with the answers to their items, in the order of the parameters. */
export interface ScoringInput {
  readonly set: ParameterSet;
  readonly file: ResponseFile;
  readonly matrix: ResponseMatrix;
  /** Place of a refusal of the library in the two files. */
  readonly locate: (position: InputPosition) => string;
}

/** @throws DomainError `file.*`, `parameters.*`, `responses.*` */
export function readScoringInput(given: ScoringArguments): ScoringInput {
  const set = readParameterFile(given.parameters);
  const file = readResponseFile(given.responses, parseColumns(given.ignore));
  const known = new Set(set.items.map((item) => item.itemId));
  const unknown = file.itemIds.find((itemId) => !known.has(itemId));
  if (unknown !== undefined) {
    throw refusal('responses.invalid', placeOf(file.path, 1, unknown), 'the parameters have no such item');
  }
  const absent = set.items.filter((item) => !file.itemIds.includes(item.itemId)).map((item) => item.itemId);
  if (absent.length > 0) tell(`not administered to anybody, as the responses have no column: ${absent.join(', ')}`);
  const itemIds = set.items.map((item) => item.itemId);
  const locate = ({ itemIndex, personIndex, itemId, field }: InputPosition): string =>
    personIndex === undefined && field !== undefined
      ? parameterPlace(given.parameters, { itemIndex, field })
      : responsePlace(file, itemId ?? (itemIndex === undefined ? undefined : itemIds[itemIndex]), personIndex);
  return { set, file, matrix: scoresOf(file, itemIds), locate };
}
