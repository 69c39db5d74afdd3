/** Frozen as frozen/key-file.v1.json; an incompatible change is a new version beside it. */
export const KEY_FILE_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://petabakat.example/schemas/measurement/key-file.v1.json',
  title: 'Right option or option credits of every item',
  description: 'An option that is not in the key scores 0.',
  type: 'object',
  minProperties: 1,
  additionalProperties: {
    type: ['string', 'object'],
    minLength: 1,
    minProperties: 1,
    additionalProperties: { type: 'integer', minimum: 0, maximum: 99 },
  },
} as const;
