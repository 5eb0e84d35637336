/** The canonical form of values whose type RFC 7643 §4.1.2 names: e-mail addresses (RFC 5321), phone numbers (RFC 3966). */

type Canonical = (text: string) => string;

const forms: Readonly<Record<string, Canonical>> = {
  /** The domain is the same in any case, what stands before it may not be. */
  "emails.value": (text) => {
    const at = text.lastIndexOf("@");
    return at < 0 ? text : text.slice(0, at) + text.slice(at).toLowerCase();
  },
  /** An international number loses what only parts its digits for the eye. */
  "phoneNumbers.value": (text) => {
    const number = text.replace(/^tel:/i, "").replaceAll(/[\s().-]/g, "");
    return /^\+\d{3,15}$/.test(number) ? `tel:${number}` : text;
  },
};

/**
 * How values at that path are brought into their canonical form; undefined where there is none.
 *
 * @example canonicalForm("phoneNumbers.value")?.("+1 (555) 010-0199") // "tel:+15550100199"
 */
export function canonicalForm(path: string): Canonical | undefined {
  return Object.hasOwn(forms, path) ? forms[path] : undefined;
}
