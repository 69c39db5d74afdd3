import { type Static, type TSchema, Type } from '@sinclair/typebox';

/** What PostgreSQL's jsonb and text can hold: no U+0000 and no half of a surrogate pair. */
const STORABLE = '^[^\\u0000\\ud800-\\udfff]*$';

export const Identifier = Type.String({ pattern: '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' });
/** RFC 3339, UTC, milliseconds: what `Date.prototype.toISOString` gives. */
export const Timestamp = Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}\\.\\d{3}Z$' });
export const Hash = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'SHA-256, lower-case hexadecimal' });
/** A reason is a code in events; free text stays in the assessment service. */
export const ReasonCode = Type.String({ pattern: '^[a-z][a-z0-9-]{1,63}$' });
/** Anybody's clock, as text: recorded, never trusted. */
export const ForeignTime = Type.String({ maxLength: 40, pattern: STORABLE });
/** The account name of a staff member; never a person's name. */
export const Actor = Type.String({ pattern: '^[a-z0-9][a-z0-9._:-]{0,63}$' });
export const Seconds = Type.Integer({ minimum: 0, maximum: 604_800 });
export const Version = Type.Integer({ minimum: 1 });
export const Offset = Type.Integer({ minimum: 0 });
export const Partition = Type.Integer({ minimum: 0, maximum: 1023 });
export const ClusterNumber = Type.Integer({ minimum: 1, maximum: 99 });

export function Nullable<T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Null()]);
}

const ShortText = Type.String({ maxLength: 4000, pattern: STORABLE });

/** One answer, as JSON: 4,000 characters of any script, of which the widest take three bytes in UTF-8. */
export const RESPONSE_BYTES_MAX = 12_000;
/** The longest published sitting has 702 items; a closing with more, each answered at length, would fit into no record. */
export const FORM_ITEMS_MAX = 800;

/** An answer to one item: an option, a number, several options in order, or null where it was cleared. */
export const AnswerResponse = Type.Union([
  ShortText,
  Type.Number(),
  Type.Boolean(),
  Type.Null(),
  Type.Array(Type.String({ maxLength: 200, pattern: STORABLE }), { maxItems: 50 }),
]);

export type AnswerResponse = Static<typeof AnswerResponse>;

/** Highest counter of one epoch; `seq = epoch × 2^20 + counter`. */
export const SEQ_EPOCH_FACTOR = 2 ** 20;
/** 2^32 epochs keep `seq` within the integers that JSON numbers carry exactly (2^53). */
const SEQ_MAX = 2 ** 52;
export const Seq = Type.Integer({ minimum: SEQ_EPOCH_FACTOR + 1, maximum: SEQ_MAX });
export const Epoch = Type.Integer({ minimum: 1, maximum: 2 ** 32 - 1 });

export const FormSections = Type.Array(
  Type.Object({ sectionId: Identifier, itemIds: Type.Array(Identifier, { minItems: 1, maxItems: FORM_ITEMS_MAX }) }),
  { minItems: 1, maxItems: 4 },
);

export const FormReference = Type.Object({
  formId: Identifier,
  version: Version,
  hash: Hash,
  sections: FormSections,
});
