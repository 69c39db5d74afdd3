import { createHash } from 'node:crypto';
import { DomainError, type Problem } from '@app/contracts';
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020';
import { contradictionsOf } from '../scoring/domain/package-contradictions';
import {
  canonicalText,
  keyText,
  type PackageContent,
  type ScoredItem,
  type ScoringPackage,
} from '../scoring/domain/scoring-package';
import { PackageFile } from './package-file.schema';

/** A file with more faults than this is another file. */
const PROBLEMS_MAX = 50;

const validate = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true, discriminator: false }).compile(
  PackageFile,
);

/** SHA-256 that binds an item's parameters to its key. */
export function keyHashOf(item: ScoredItem): string {
  return sha256(keyText(item));
}

/**
 * Reads a package as somebody wrote it.
 *
 * @throws DomainError `request.invalid` where the shape is wrong, `package.invalid` where parts contradict each other
 */
export function readPackage(file: unknown): ScoringPackage {
  if (!validate(file)) {
    throw new DomainError('request.invalid', undefined, { problems: shapeProblems(validate.errors ?? []) });
  }
  const content = file as PackageContent;
  const problems = contradictionsOf(content, keyHashOf);
  if (problems.length > 0)
    throw new DomainError('package.invalid', undefined, { problems: problems.slice(0, PROBLEMS_MAX) });
  return { ...content, hash: sha256(canonicalText(content)) };
}

function shapeProblems(errors: readonly ErrorObject[]): Problem[] {
  return errors.slice(0, PROBLEMS_MAX).map(({ instancePath, message, params }) => {
    const unknown = (params as { additionalProperty?: string }).additionalProperty;
    const at = instancePath.slice(1).replaceAll('/', '.');
    return { at: at === '' ? 'package' : at, message: unknown ? `${unknown} is not known` : (message ?? 'is wrong') };
  });
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
