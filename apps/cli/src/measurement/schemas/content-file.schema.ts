/** Frozen as frozen/content-file.v1.json; an incompatible change is a new version beside it. */
export const CONTENT_FILE_SCHEMA = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'https://petabakat.example/schemas/measurement/content-file.v1.json',
  title: 'Content areas of a bank with the share of the test each is to fill',
  type: 'object',
  required: ['areas', 'targets'],
  properties: {
    areas: { type: 'object', additionalProperties: { type: 'string', minLength: 1 } },
    targets: { type: 'object', minProperties: 1, additionalProperties: { type: 'number', minimum: 0, maximum: 1 } },
  },
  additionalProperties: false,
} as const;
