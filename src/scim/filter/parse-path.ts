import { ScimError } from "../error.ts";
import { filterCharsMax } from "../limits.ts";
import { type AttributePath, parseAttributePath } from "../path.ts";
import type { Profile } from "../profile.ts";
import type { Filter } from "./ast.ts";
import { parseElementFilter } from "./parse.ts";
import { quoted } from "./refusal.ts";
import { stringEnd } from "./token.ts";

/** A PATCH path: an attribute, or some of its values, or a sub-attribute of those (RFC 7644 §3.5.2, Figure 7). */
export interface ValuePath {
  /** The attribute; without brackets its `sub` is in here. */
  readonly path: AttributePath;
  /** What stands in the brackets; its names are sub-attributes. */
  readonly filter?: Filter;
  /** The sub-attribute after the brackets. */
  readonly sub?: string;
}

function pathError(what: string): ScimError {
  return new ScimError("invalidPath", `${what}.`);
}

/**
 * Reads `attrPath`, `attrPath[filter]` or `attrPath[filter].sub` (RFC 7644 §3.5.2, Figure 7).
 *
 * @throws ScimError `invalidPath` when the path has another shape, `invalidFilter` when what its brackets hold is
 *   not a filter.
 * @example parsePath('emails[type eq "work"].value') // { path: { name: "emails" }, filter: { … }, sub: "value" }
 */
export function parsePath(text: string, profile?: Profile): ValuePath {
  if (text.length > filterCharsMax) {
    throw pathError(`The path has ${text.length} characters; at most ${filterCharsMax} are accepted`);
  }
  const open = text.indexOf("[");
  const name = open < 0 ? text : text.slice(0, open);
  const path = parseAttributePath(name);
  if (path === undefined) throw pathError(`${quoted(name)} is not an attribute path`);
  if (open < 0) return Object.freeze({ path: Object.freeze(path) });
  if (path.sub !== undefined) throw pathError(`Brackets may not follow a sub-attribute, ${quoted(path.sub)}`);

  const close = closingBracket(text, open);
  if (close < 0) throw pathError(`The bracket at character ${open + 1} is not closed`);
  const inner = text.slice(open + 1, close);
  if (isIndex(inner)) throw pathError(`${quoted(inner)} is an index; values are selected by a filter`);
  const filter = parseElementFilter(text, open + 1, close, profile);
  const rest = text.slice(close + 1);
  if (rest === "") return Object.freeze({ path: Object.freeze(path), filter });
  const sub = rest.startsWith(".") ? parseAttributePath(rest.slice(1)) : undefined;
  if (sub === undefined || sub.urn !== undefined || sub.sub !== undefined) {
    throw pathError(`${quoted(rest)} may not follow the brackets`);
  }
  return Object.freeze({ path: Object.freeze(path), filter, sub: sub.name });
}

/** The first `]` that is not in a string; -1 when there is none. */
function closingBracket(text: string, open: number): number {
  let at = open + 1;
  while (at >= 0 && at < text.length) {
    const character = text[at];
    if (character === "]") return at;
    at = character === '"' ? stringEnd(text, at, text.length) : at + 1;
  }
  return -1;
}

function isIndex(text: string): boolean {
  return /^-?\d+$/.test(text.trim());
}
