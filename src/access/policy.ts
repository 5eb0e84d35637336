import { foldCase } from "../scim/resource/fold.ts";

/*
 * What a password must be that a person chooses. What comes by SCIM, by an import or from an administrator passes as it
 * is: it may be older than this server.
 */

/** Characters at most: hashing takes longer for longer ones. */
export const passwordCharsMax = 1024;

/** What is wrong with a password. */
export type PasswordProblem = "short" | "long" | "same" | "userName" | "repeats" | "breached";

/** A password that somebody wants to have. */
export interface ChosenPassword {
  readonly tenantId: number;
  readonly password: string;
  readonly userName: string;
  /** The one that it takes the place of; empty for none. */
  readonly before: string;
}

export interface PasswordPolicy {
  /** How many characters a password needs in a tenant. */
  charsMin(tenantId: number): Promise<number>;
  /** What is wrong with a password; undefined when it may be. */
  problem(chosen: ChosenPassword): Promise<PasswordProblem | undefined>;
}

/**
 * The policy of a server.
 *
 * @param charsMin how many characters a password needs in a tenant
 * @param isBreached whether others are known to use a password
 */
export function createPolicy(
  charsMin: PasswordPolicy["charsMin"],
  isBreached: (password: string) => boolean = () => false,
): PasswordPolicy {
  return {
    charsMin,
    async problem({ tenantId, password, userName, before }) {
      const chars = [...password].length;
      if (chars < (await charsMin(tenantId))) return "short";
      if (chars > passwordCharsMax) return "long";
      if (password === before) return "same";
      const [name = ""] = foldCase(userName).split("@");
      if (name.length > 2 && foldCase(password).includes(name)) return "userName";
      if (new Set(password).size < 4) return "repeats";
      return isBreached(password) ? "breached" : undefined;
    },
  };
}

/** What is wrong with a password, as the end of a sentence about it. */
export function problemText(problem: PasswordProblem, charsMin: number): string {
  const texts: Readonly<Record<PasswordProblem, string>> = {
    short: `has fewer than ${charsMin} characters`,
    long: `has more than ${passwordCharsMax} characters`,
    same: "is the one that you have",
    userName: "contains the userName",
    repeats: "repeats a few characters",
    breached: "is in a list of passwords that others use",
  };
  return texts[problem];
}
