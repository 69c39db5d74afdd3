import type { ValueTransformer } from 'typeorm';

/** Offsets stay far below 2^53, so a number carries them exactly; the driver hands bigint over as text. */
export const bigintAsNumber: ValueTransformer = {
  to: (value: number | null) => value,
  from: (value: string | null) => (value === null ? null : Number(value)),
};
