import { ScimError } from "../scim/error.ts";
import { parseAttributePath } from "../scim/path.ts";
import { defaultOptions, type ImportOptions, type ImportRequest, importModes } from "../storage/import.ts";
import { autoDialect, customDialect, dialects } from "./dialect/detect.ts";

/** Characters of a name or a path that is asked for. */
const textCharsMax = 200;

const flags: Readonly<Record<string, boolean>> = {
  true: true,
  "1": true,
  yes: true,
  false: false,
  "0": false,
  no: false,
};

/** The delimiters that have a name; any other character stands for itself. */
const delimiterNames: Readonly<Record<string, string>> = { comma: ",", semicolon: ";", tab: "\t", pipe: "|" };

const charsets = ["utf-8", "utf-16le", "utf-16be", "windows-1252"] as const;

/** How the text of a field is read; throws ScimError invalidValue. */
type Reader<T> = (name: string, text: string) => T;

const flag: Reader<boolean> = (name, text) => {
  const word = text.toLowerCase();
  const value = Object.hasOwn(flags, word) ? flags[word] : undefined;
  if (value === undefined) throw new ScimError("invalidValue", `${name} must be true or false.`);
  return value;
};

function oneOf<const T extends string>(words: readonly T[]): Reader<T> {
  return (name, text) => {
    const found = words.find((word) => word === text);
    if (found === undefined) throw new ScimError("invalidValue", `${name} must be ${listed(words)}.`);
    return found;
  };
}

/** `create`, `create or update`, `create, update or upsert`. */
function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} or ${last}`;
}

const text: Reader<string> = (name, value) => {
  if (value.length > textCharsMax)
    throw new ScimError("invalidValue", `${name} is longer than ${textCharsMax} characters.`);
  return value;
};

const matchNames: readonly string[] = ["auto", "userName", "mail", "externalId"];

const match: Reader<string> = (name, value) => {
  const known = matchNames.find((each) => each.toLowerCase() === value.toLowerCase());
  if (known !== undefined) return known;
  if (parseAttributePath(text(name, value)) !== undefined) return value;
  throw new ScimError(
    "invalidValue",
    `${name} must be userName, mail, externalId or the path of an indexed attribute.`,
  );
};

const dialect: Reader<string> = (name, value) => {
  const known = [autoDialect, ...dialects.map(({ id }) => id), customDialect];
  return oneOf(known)(name, value);
};

const delimiter: Reader<string> = (name, value) => {
  const named = Object.hasOwn(delimiterNames, value) ? delimiterNames[value] : value;
  if (named === undefined || named.length !== 1 || /["\r\n]/.test(named)) {
    throw new ScimError("invalidValue", `${name} must be comma, semicolon, tab, pipe or one character.`);
  }
  return named;
};

/** Ten years: what is to be valid longer is valid for ever. */
const mustChangeHoursMax = 87_600;

const hours: Reader<number | "auto"> = (name, value) => {
  if (value === "auto") return value;
  const number = /^\d{1,5}$/.test(value) ? Number(value) : Number.NaN;
  if (number <= mustChangeHoursMax) return number;
  throw new ScimError(
    "invalidValue",
    `${name} must be a whole number of hours up to ${mustChangeHoursMax}, 0 for ever.`,
  );
};

/** What nobody may ask for: it follows from who asks, or from where the records come. */
type GivenOption = "asAdministrator" | "connectorId" | "adopts";

/** What may be asked beside dialect, mode, match and dryRun, by its name. */
const optionReaders: { readonly [K in Exclude<keyof ImportOptions, GivenOption>]: Reader<ImportOptions[K]> } = {
  onError: oneOf(["auto", "continue", "stop"]),
  empty: oneOf(["auto", "keep", "clear"]),
  unknownColumns: oneOf(["auto", "ignore", "fail"]),
  createGroups: flag,
  updatePasswords: flag,
  acceptWeakHashes: flag,
  keepPasswords: flag,
  mustChangeHours: hours,
  applicationId: text,
  userStore: text,
  mapping: text,
  charset: oneOf(charsets),
  delimiter,
  sheet: text,
};

type OptionName = keyof typeof optionReaders;

export const optionNames = Object.keys(optionReaders).filter((name): name is OptionName =>
  Object.hasOwn(optionReaders, name),
);

/** What may be asked of an import, as text; what is left out has its default. */
export type UploadFields = Readonly<
  Partial<Record<"dialect" | "mode" | "match" | "dryRun" | OptionName, string | undefined>>
>;

const fieldNames: ReadonlySet<string> = new Set(["dialect", "mode", "match", "dryRun", ...optionNames]);

/**
 * Refuses fields that this version does not know: one that is misspelt would else be ignored, and a dry run be none.
 *
 * @throws ScimError invalidValue that names the field
 */
export function requireKnownFields(names: Iterable<string>): void {
  for (const name of names) {
    if (fieldNames.has(name)) continue;
    const known = [...fieldNames].join(", ");
    throw new ScimError(
      "invalidValue",
      `There is no field ${JSON.stringify(name.slice(0, 64))}; the fields are ${known}.`,
    );
  }
}

/**
 * Checks what is asked of an import. A mapping that is named makes the dialect `custom`.
 *
 * @param asAdministrator whether who asks may change users that have a role
 * @throws ScimError invalidValue that names the field
 * @example readImportRequest({ mode: "upsert", dryRun: "yes" })
 */
export function readImportRequest(fields: UploadFields, asAdministrator = false): ImportRequest {
  const read = <T>(name: keyof UploadFields, reader: Reader<T>, otherwise: T): T => {
    const value = fields[name];
    return value === undefined || value === "" ? otherwise : reader(name, value);
  };
  const options = optionNames.reduce((made, name) => withOption(made, name, fields[name]), {
    ...defaultOptions,
    asAdministrator,
  });
  const asked = read("dialect", dialect, autoDialect);
  const isCustom = asked === customDialect;
  if (isCustom && options.mapping === "") throw new ScimError("invalidValue", "dialect custom needs a mapping.");
  if (!isCustom && asked !== autoDialect && options.mapping !== "") {
    throw new ScimError("invalidValue", `A mapping is for the dialect ${customDialect}, not for ${asked}.`);
  }
  return {
    dialect: options.mapping === "" ? asked : customDialect,
    mode: read("mode", oneOf(["auto", ...importModes]), "auto"),
    match: read("match", match, "auto"),
    dryRun: read("dryRun", flag, false),
    options,
  };
}

function withOption<K extends OptionName>(options: ImportOptions, name: K, value: string | undefined): ImportOptions {
  if (value === undefined || value === "") return options;
  const read: Reader<ImportOptions[K]> = optionReaders[name];
  return { ...options, [name]: read(name, value) };
}
