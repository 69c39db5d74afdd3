import { placeOf, refusal } from '../measurement.refusal';
import { KEY_FILE_SCHEMA } from '../schemas/key-file.schema';
import { compileSchema, requireContent } from './schema.check';
import { readJsonFile } from './text.file';

/** Credits of an item's options; an option without one scores 0. */
export type OptionCredits = ReadonlyMap<string, number>;

const validate = compileSchema<Record<string, string | Record<string, number>>>(KEY_FILE_SCHEMA);

/**
 * Reads the right option (credit 1) or the option credits of every item.
 *
 * @throws DomainError `file.unreadable`, `key.invalid`
 */
export function readKeyFile(path: string): ReadonlyMap<string, OptionCredits> {
  const content = requireContent(validate, readJsonFile(path), path, 'key.invalid');
  return new Map(
    Object.entries(content).map(([itemId, entry]) => [
      itemId,
      new Map(typeof entry === 'string' ? [[entry, 1]] : Object.entries(entry)),
    ]),
  );
}

/** The key must speak of exactly the items of the responses, or a typing error would score an item 0 for everybody. */
export function requireKeyOf(
  key: ReadonlyMap<string, OptionCredits>,
  keyPath: string,
  itemIds: readonly string[],
  responsesPath: string,
): void {
  const withoutKey = itemIds.find((itemId) => !key.has(itemId));
  if (withoutKey !== undefined)
    throw refusal('key.invalid', placeOf(responsesPath, 1, withoutKey), 'the key has no such item');
  const withoutColumn = Array.from(key.keys()).find((itemId) => !itemIds.includes(itemId));
  if (withoutColumn !== undefined) {
    throw refusal('key.invalid', placeOf(keyPath, undefined, withoutColumn), 'the responses have no such column');
  }
}
