import type { ItemStatistics } from './item.analysis';
import type { OptionStatistics } from './option.analysis';

/** Below this an item says too little of what the others measure (Ebel's rule of thumb). */
const ITEM_REST_MIN = 0.1;
/** A proportion correct below this is under what guessing among five options gives. */
const DIFFICULTY_MIN = 0.2;
/** A proportion correct above this leaves nearly nobody to tell apart. */
const DIFFICULTY_MAX = 0.95;
/** Options chosen by a smaller share have correlations that chance moves about. */
const OPTION_SHARE_MIN = 0.05;

export type ItemFlag = 'constant' | 'low-item-rest' | 'too-hard' | 'too-easy' | 'another-option-is-better';

/** What the options of an item are worth. */
export interface OptionKey {
  /** The highest credit of any option. */
  readonly highest: number;
  /** 0 for an option that is not in the key. */
  readonly creditOf: (option: string) => number;
}

/**
 * What an item writer should look at; a flag changes nothing by itself.
 *
 * @param options those that were chosen
 * @param key null where no key is known; then no other option can be better
 */
export function itemFlags(
  statistics: ItemStatistics,
  options: readonly OptionStatistics[],
  key: OptionKey | null,
): ItemFlag[] {
  const flags: ItemFlag[] = [];
  const { itemRestCorrelation: correlation, p } = statistics;
  if (correlation === null) flags.push('constant');
  else if (correlation < ITEM_REST_MIN) flags.push('low-item-rest');
  if (p < DIFFICULTY_MIN) flags.push('too-hard');
  if (p > DIFFICULTY_MAX) flags.push('too-easy');
  if (key !== null && hasBetterOption(options, key)) flags.push('another-option-is-better');
  return flags;
}

/** An option without full credit goes with higher scores on the rest than every option with it: a likely wrong key. */
function hasBetterOption(options: readonly OptionStatistics[], { creditOf, highest }: OptionKey): boolean {
  const isKeyed = ({ option }: OptionStatistics) => creditOf(option) === highest;
  const correlation = ({ restCorrelation }: OptionStatistics) => restCorrelation ?? -Infinity;
  const keyed = Math.max(-Infinity, ...options.filter(isKeyed).map(correlation));
  return options.some((option) => !isKeyed(option) && option.share >= OPTION_SHARE_MIN && correlation(option) > keyed);
}
