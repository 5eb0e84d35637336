import { assignmentAttributes } from "../../applications/application.ts";
import { sapUserUrn } from "../../scim/urn.ts";
import type { RowProblem } from "../../storage/import.ts";
import { FileError } from "./dialect.ts";
import { assigned, atMost, type CellReading, groups, ignored, instant, oneOfWords, to } from "./rule.ts";
import { tableDialect } from "./table-dialect.ts";

/*
 * The CSV by which SAP Cloud Identity Services import the users of an application: status, mail and lastName are
 * mandatory, mail is the key, groups are replaced, and the first bad row ends the import.
 */

/** Characters of a login name, a mail and a name. */
const nameCharsMax = 64;
/** Groups of one user. */
const groupsMax = 500;

const mandatory = ["status", "mail", "lastname"] as const;

/** `XX`, `xx`, `xx-XX` or `xx_XX`; what is none of them is no error, it only means that mails are in English. */
const language: CellReading = (text) => {
  const match = /^([a-z]{2})(?:[-_]([a-z]{2}))?$/i.exec(text.trim());
  if (match === null) return { text: "" };
  const [, tongue = "", region] = match;
  return { text: region === undefined ? tongue.toLowerCase() : `${tongue.toLowerCase()}-${region.toUpperCase()}` };
};

function emptyValues(mail: string): RowProblem {
  return { code: "required", message: `User with email '${mail}' contains empty values.` };
}

function check(cellOf: (header: string) => string): readonly RowProblem[] {
  const problems: RowProblem[] = [];
  const empty = mandatory.find((header) => cellOf(header) === "");
  if (empty !== undefined) problems.push({ ...emptyValues(cellOf("mail")), column: empty });
  const count = cellOf("groups")
    .split(",")
    .filter((name) => name.trim() !== "").length;
  if (count > groupsMax) {
    const message = `the row names ${count} groups, more than ${groupsMax}`;
    problems.push({ code: "too_many_groups", column: "groups", message });
  }
  return problems;
}

export const sapIasDialect = tableDialect({
  id: "sap-ias",
  title: "users of an application of SAP Cloud Identity Services: status, mail, lastName",
  defaults: { mode: "upsert", match: "mail", onError: "stop", empty: "clear" },
  freezesUserName: true,
  separator: ",",
  keys: ["mail", "loginName"],
  columns: {
    status: [to("active", { read: oneOfWords({ active: "true", inactive: "false" }) })],
    loginname: to("userName", { read: atMost(nameCharsMax) }),
    mail: [
      to("emails[primary].value", { read: atMost(nameCharsMax) }),
      to("userName", { read: atMost(nameCharsMax), unless: "loginname", onlyNew: true }),
    ],
    firstname: to("name.givenName", { read: atMost(nameCharsMax) }),
    lastname: to("name.familyName", { read: atMost(nameCharsMax) }),
    language: to("locale", { read: language }),
    validfrom: to(`${sapUserUrn}:validFrom`, { read: instant }),
    validto: to(`${sapUserUrn}:validTo`, { read: instant }),
    usertype: to("userType"),
    ...Object.fromEntries(assignmentAttributes.map((name) => [name.toLowerCase(), assigned(name)])),
    groups,
    _error: ignored,
  },
  check,
  requireColumns(header) {
    if (mandatory.every((name) => header.includes(name))) return;
    throw new FileError(
      "missing_column",
      "The imported CSV file does not contain one of the mandatory columns: status, mail and lastName. " +
        "Make sure that the columns status, mail, lastName are in the CSV file.",
    );
  },
  recognise(header) {
    const isThis = mandatory.every((name) => header.includes(name));
    return isThis ? "the header has status, mail and lastName" : undefined;
  },
  preview: ({ created, updated, unchanged }) =>
    `${created} users will be created. ${updated + unchanged} users will be updated because they already exist. ` +
    "Do you want to continue?",
  message({ counts, end, first }) {
    if (end === "applied" && counts.failed + counts.conflict + counts.duplicate === 0) {
      return "Users imported or updated";
    }
    if (end !== "stopped") return undefined;
    const done = counts.created + counts.updated + counts.unchanged + counts.deactivated;
    const begun = `First ${done} users are imported. User import has been interrupted`;
    const isConflict = first?.problems.some(({ code }) => code === "not_unique" || code === "immutable");
    return isConflict === true
      ? `${begun} for user with email address ${first?.key ?? ""}.`
      : `${begun} due to an invalid entity.`;
  },
  duplicateRefusal: (name, value) =>
    name === "userName"
      ? `The imported CSV file contains entries with a duplicate login name ${value}. ` +
        "The values under loginName column must be unique."
      : `The imported CSV file contains entries with a duplicate email ${value}. ` +
        "The values under mail column must be unique.",
});
