let grouping: Intl.NumberFormat | undefined;

/** A number as people read it: `1,000,000`. The format is made when the first one is shown, since that takes a while. */
export function shownNumber(value: number): string {
  grouping ??= new Intl.NumberFormat("en");
  return grouping.format(value);
}
