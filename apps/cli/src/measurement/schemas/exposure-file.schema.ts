/** Frozen as frozen/exposure-file.v1.json; an incompatible change is a new version beside it. */
export const EXPOSURE_FILE_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://petabakat.example/schemas/measurement/exposure-file.v1.json',
  title: 'Largest share of tests an item may appear in, with the shares so far',
  type: 'object',
  required: ['limit', 'rates'],
  properties: {
    limit: { type: 'number', exclusiveMinimum: 0, maximum: 1 },
    rates: { type: 'object', additionalProperties: { type: 'number', minimum: 0, maximum: 1 } },
  },
  additionalProperties: false,
} as const;
