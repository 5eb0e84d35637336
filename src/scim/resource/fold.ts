/** Characters that neither NFKC nor lower-casing beyond A-Z can change. */
const ascii = /^[\x20-\x7e]*$/;

/**
 * The form in which two case-insensitive values are compared: NFKC, then lower case, as PRECIS maps user names
 * (RFC 8265 §3.3, RFC 7644 §5). The final sigma becomes the plain one, so that a prefix folds to a prefix.
 *
 * @example foldCase("BJensen") === foldCase("bjensen")
 */
export function foldCase(text: string): string {
  if (ascii.test(text)) return text.toLowerCase();
  return text.normalize("NFKC").toLowerCase().normalize("NFKC").replaceAll("ς", "σ");
}
