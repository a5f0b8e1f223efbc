/**
 * Owns: all functions of ES|QL that are computed here, by name.
 */
import { ADDRESS_FUNCTIONS } from './address.ts';
import { CONVERSIONS } from './convert.ts';
import { DATE_FUNCTIONS } from './date.ts';
import { ENCODINGS } from './encode.ts';
import { MANY_FUNCTIONS } from './many.ts';
import { NUMBER_FUNCTIONS } from './number.ts';
import type { Functions } from './shape.ts';
import { TEXT_FUNCTIONS } from './text.ts';

export const FUNCTIONS: Functions = {
  ...TEXT_FUNCTIONS,
  ...CONVERSIONS,
  ...ENCODINGS,
  ...ADDRESS_FUNCTIONS,
  ...NUMBER_FUNCTIONS,
  ...DATE_FUNCTIONS,
  ...MANY_FUNCTIONS,
};

/** Functions that ES|QL has and one event can't answer; the text says what they need. */
export const REFUSED: Readonly<Record<string, string>> = {
  ...{ QSTR: 'searches an index (QSTR)', MATCH_PHRASE: 'searches analysed text (MATCH_PHRASE)' },
  ...{ MULTI_MATCH: 'searches analysed text (MULTI_MATCH)', SCORE: 'scores a search (SCORE)' },
  ...{ KNN: 'searches vectors (KNN)', CATEGORIZE: 'compares many texts (CATEGORIZE)' },
  ...{ TERM: 'searches an index (TERM)', DECAY: 'scores a search (DECAY)' },
  ...{ TO_VERSION: 'compares versions (TO_VERSION)', TO_VER: 'compares versions (TO_VER)' },
  ...{
    BUCKET: 'groups events (BUCKET)',
    COUNT: 'counts events (COUNT)',
    SUM: 'sums over events (SUM)',
  },
  ...{ VALUES: 'collects from events (VALUES)', MIN: 'compares events (MIN)' },
  ...{ MAX: 'compares events (MAX)', AVG: 'averages over events (AVG)' },
  COUNT_DISTINCT: 'counts over events (COUNT_DISTINCT)',
};
