/** Versions as entity tags (RFC 7644 §3.14): weak, since two representations of one version may differ in bytes. */

/** @example etagOf(3) // 'W/"3"' */
export function etagOf(version: number): string {
  return `W/"${version}"`;
}

/**
 * Whether an If-Match or If-None-Match header names this version: `*`, one tag or a list of tags. Tags are compared
 * by their opaque text, as SCIM's own examples need it (RFC 9110 §13.1.1 would let weak tags never match).
 */
export function etagMatches(header: string, version: number): boolean {
  return header.split(",").some((part) => {
    const tag = part.trim().replace(/^W\//, "");
    return tag === "*" || tag === `"${version}"`;
  });
}
