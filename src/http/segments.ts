/** The segments of an address behind the path of a way in; a trailing slash changes nothing. */
export function segmentsOf(path: string, base: string): readonly string[] {
  const segments = path.slice(base.length + 1).split("/");
  return segments.at(-1) === "" ? segments.slice(0, -1) : segments;
}

/** A segment without its percent-encoding; as it is where that is none. */
export function decoded(segment: string): string {
  if (!segment.includes("%")) return segment;
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
