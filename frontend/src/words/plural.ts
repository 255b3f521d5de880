const rules = new Intl.PluralRules('en');

/** A count with its word in English. */
export const plural = (count: number, one: string, other: string): string =>
  `${count.toLocaleString('en')} ${rules.select(count) === 'one' ? one : other}`;
