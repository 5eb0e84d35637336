import { foldCase } from "../scim/resource/fold.ts";

/*
 * What a password must be that a person chooses. What comes by SCIM, by an import or from an administrator passes as it
 * is: it may be older than this server.
 */

/** Characters at least. */
export const passwordCharsMin = 12;
/** Characters at most: hashing takes longer for longer ones. */
export const passwordCharsMax = 1024;

/**
 * What is wrong with a password that somebody wants to have.
 *
 * @param before the one that it takes the place of
 * @returns undefined when it may be
 */
export function passwordProblem(password: string, userName: string, before: string): string | undefined {
  const chars = [...password].length;
  if (chars < passwordCharsMin) return `has ${chars} characters; at least ${passwordCharsMin} are needed`;
  if (chars > passwordCharsMax) return `has more than ${passwordCharsMax} characters`;
  if (password === before) return "is the one that you have";
  const [name = ""] = foldCase(userName).split("@");
  if (name.length > 2 && foldCase(password).includes(name)) return "contains the userName";
  return new Set(password).size < 4 ? "repeats a few characters" : undefined;
}
