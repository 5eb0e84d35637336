import { claimPrefix, claims } from "../import/dialect/wso2-claims.ts";
import { csvLine } from "../import/guard.ts";
import { type ExportedUser, textAt } from "./user.ts";
import type { ExportDialect } from "./writer.ts";

/** What a claim can not hold: the source parts its cells by the sign. */
const inexpressible = /=/;

/** Claims by the paths that they stand for, without those that only an id could be. */
const claimPaths = Object.entries(claims);

function claimsOf({ attributes, groups }: ExportedUser): readonly string[] {
  const cells = claimPaths.flatMap(([claim, path]) => {
    const value = textAt(attributes, path);
    return value === "" || inexpressible.test(value) ? [] : [`${claimPrefix}${claim}=${value}`];
  });
  if (attributes.active === false) cells.push(`${claimPrefix}identity/accountLocked=true`);
  const isListed = groups.length > 0 && groups.every((name) => !/[=:]/.test(name));
  return isListed ? [...cells, `${claimPrefix}role=${groups.join(":")}`] : cells;
}

/** A name with a slash gets the primary store in front: the source takes what is before it for one. */
function nameOf({ attributes }: ExportedUser): string {
  const name = textAt(attributes, "userName");
  return name.includes("/") ? `PRIMARY/${name}` : name;
}

/** Users with claims, as WSO2 Identity Server imports them in bulk; without passwords. */
export const wso2ClaimsExport: ExportDialect = {
  id: "wso2-claims",
  title: "users and claims of WSO2 Identity Server",
  format: "csv",
  needsSurvey: false,
  async open() {
    return {
      head: csvLine(["UserName", "Password", "Claims"]),
      line: (user) => csvLine([nameOf(user), "", ...claimsOf(user)]),
    };
  },
};
