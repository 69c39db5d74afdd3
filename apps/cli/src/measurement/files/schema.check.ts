import type { ErrorCode } from '@app/contracts';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020';
import { placeOf, refusal } from '../measurement.refusal';

/** One wrong field often breaks several rules at once; the first few say enough. */
const PROBLEMS_MAX = 5;

const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true, discriminator: true });

export function compileSchema<Content>(schema: object): ValidateFunction<Content> {
  return ajv.compile<Content>(schema);
}

/**
 * The content of a file, if it fits its schema.
 *
 * @throws DomainError with the given code, naming row and column of every problem
 */
export function requireContent<Content>(
  validate: ValidateFunction<Content>,
  content: unknown,
  file: string,
  code: ErrorCode,
): Content {
  if (validate(content)) return content;
  const problems = (validate.errors ?? []).slice(0, PROBLEMS_MAX).map((error) => describe(file, error));
  throw refusal(code, '', problems.join('; '));
}

/** "/items/3/b/1" becomes "row 4, column b.1": rows of a list count from 1. */
function describe(file: string, error: ErrorObject): string {
  const parts = error.instancePath.split('/').slice(1);
  const listed = parts[0] === 'items' && parts.length > 1;
  const row = listed ? Number(parts[1]) + 1 : undefined;
  const column = [...(listed ? parts.slice(2) : parts), ...missingField(error)].join('.');
  return `${placeOf(file, row, column === '' ? undefined : column)}: ${error.message ?? 'is not valid'}`;
}

function missingField(error: ErrorObject): string[] {
  const field = (error.params as { missingProperty?: string; additionalProperty?: string }).missingProperty;
  return field === undefined ? [] : [field];
}
