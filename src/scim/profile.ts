/**
 * What the engine forgives or decides otherwise, by name. The core is strict; each known departure of a client is one
 * tolerance, and a profile is the set of those that a token switches on. The text tells what happened when it fired.
 */
export const tolerances = {
  /** Attributes that no schema has are left out instead of refused (RFC 7644 is silent; Entra relies on it). */
  ignoreUnknownAttributes: "an attribute that no schema defines was left out",
  /** A body without `schemas` is one of the endpoint's type. */
  inferSchemas: "the body named no schemas",
  /** `department` at the top of a body is the extension's, where just one extension has it (Entra). */
  liftExtensionAttributes: "an attribute of an extension stood at the top of the body",
  /** The same, for extensions that `schemas` names: the first that has the attribute has it (SimpleIdServer). */
  liftListedAttributes: "an attribute of a schema that the body lists stood at the top of the body",
  /** "True" and "false" in a string count as booleans (Entra sends them). */
  coerceStringBooleans: "a boolean came as a string",
  /** One object or value where an array belongs counts as an array of one. */
  coerceSingleToArray: "a single value came where an array belongs",
  /** The one element of an array where a single value belongs (Entra sends `manager` like that). */
  coerceArrayToSingle: "an array of one came where a single value belongs",
  /** A string where a complex value belongs is its `value` (Entra sends `manager` and members like that). */
  coerceSimpleToComplex: "a string came where a complex value belongs",
  /** An empty `value` takes a single complex attribute away (how Entra removes a manager). */
  emptyValueUnassigns: "an empty value took a complex attribute away",
  /** Of several values with `primary: true` in one body the last is primary. */
  lastPrimaryWins: "several values were primary, and the last of them stayed so",
  /** The domain of an e-mail address in lower case, a phone number without separators (RFC 7643 §2.4). */
  canonicalValues: "an address or a phone number was brought into its canonical form",
  /** Members that do not exist are left out instead of refused. */
  ignoreUnknownMembers: "a member that does not exist was left out",
  /** No two groups may have one displayName (Entra finds groups by it). */
  uniqueGroupNames: "the displayName of a group was checked for uniqueness",
  /** A password sets no login: identity providers send placeholders (Okta). */
  ignorePassword: "a password was not stored",
  /** `askPassword` in a new user makes a mail by which they choose their password (WSO2). */
  askPassword: "a user was asked by mail to choose a password",
  /** A prefix of a userName or of a group's displayName must name a user store (WSO2). */
  requireKnownStore: "the prefix of a name was held to be a user store",
  /** A POST of an inactive user, known by userName and externalId, lets that user in again (Okta). */
  restoreInactive: "an inactive user was restored instead of created",
  /** `externalId eq jyoung`, and single quotes (Microsoft's documents, RFC 7644's own examples). */
  bareFilterLiterals: "a text in a filter stood without double quotes",
  /** A filter on an attribute that the type lacks matches nothing instead of being refused. */
  unknownFilterAttributeIsAbsent: "a filter named an attribute that no schema defines",
  /** `attributes` wins over `excludedAttributes` where a request has both. */
  attributesBeforeExcluded: "excludedAttributes was ignored beside attributes",
  /** If-Match and If-None-Match are not looked at. */
  ignoreConditions: "a condition on the version was ignored",
  /** `Add`, `Replace` and `Remove` are operations of PATCH too (Entra). */
  patchOpAnyCase: "the op of a PATCH operation was not in lower case",
  /** A key such as `name.givenName` in a PATCH value without a path is itself a path (Entra). */
  patchDottedKeys: "a key in a PATCH value was read as a path",
  /** A `remove` with a value takes those values away, and no others (Entra, Salesforce). */
  patchRemoveByValue: "a PATCH remove named what to remove in its value",
  /** A `remove` whose filter selects nothing has nothing to do. */
  patchRemoveNoMatch: "a PATCH remove matched nothing",
  /** An `add` whose filter selects nothing makes the value that the filter describes (Entra). */
  patchAddCreates: "a PATCH add matched nothing and made a value from its filter",
  /** The same of a `replace` (Entra). */
  patchReplaceCreates: "a PATCH replace matched nothing and made a value from its filter",
  /** What only the server sets may stand in a PATCH value without a path (Okta sends `id`). */
  patchReadOnlyIgnored: "a read-only attribute in a PATCH value was left out",
  /** An operation at a path that no schema has does nothing. */
  patchUnknownPathIgnored: "a PATCH operation at an unknown path was left out",
  /** `replace` of a complex attribute takes away the sub-attributes it does not name. */
  patchReplaceWhole: "a PATCH replace took the place of a whole complex value",
  /** `replace` of a value that a filter selects keeps the sub-attributes it does not name. */
  patchReplaceMerges: "a PATCH replace left parts of a selected value as they were",
  /** Every operation needs a path. */
  patchPathRequired: "PATCH operations were held to have a path",
  /** A path with a filter must name a sub-attribute, and the filter select one value. */
  patchOneValueOnly: "PATCH paths were held to select one sub-attribute of one value",
  /** A PATCH is answered with 204 and no body. */
  patchNoContent: "a PATCH was answered without a body",
  /** The same for groups alone (Entra advises it). */
  patchNoContentForGroups: "a PATCH of a group was answered without a body",
} as const;

export type Tolerance = keyof typeof tolerances;

export interface Profile {
  readonly name: string;
  readonly tolerances: ReadonlySet<Tolerance>;
  /** Where a request notes which of them it needed; absent where nobody asks. */
  readonly fired?: Set<Tolerance>;
}

function profile(name: string, ...names: readonly Tolerance[]): Profile {
  return Object.freeze({ name, tolerances: new Set(names) });
}

/** The RFCs, and nothing beside them. */
export const strictProfile = profile("strict");

/** The default: what large clients send is understood, and a correct client sees no difference. */
export const compatibleProfile = profile(
  "compatible",
  "ignoreUnknownAttributes",
  "coerceStringBooleans",
  "coerceSingleToArray",
  "coerceArrayToSingle",
  "patchOpAnyCase",
  "patchDottedKeys",
  "patchRemoveByValue",
  "patchRemoveNoMatch",
  "patchAddCreates",
  "patchReplaceCreates",
  "coerceSimpleToComplex",
  "emptyValueUnassigns",
  "patchReadOnlyIgnored",
);

/** Microsoft Entra ID. */
export const entraProfile = profile(
  "entra",
  ...compatibleProfile.tolerances,
  "liftExtensionAttributes",
  "bareFilterLiterals",
  "uniqueGroupNames",
  "ignorePassword",
  "patchNoContentForGroups",
);

/** Okta. */
export const oktaProfile = profile("okta", ...compatibleProfile.tolerances, "ignorePassword", "restoreInactive");

/** The interoperability profile of draft-zollner-scim-interop-profile: fewer ways to say a thing. */
export const interopDraftProfile = profile(
  "interop-draft",
  "ignoreConditions",
  "patchReplaceWhole",
  "patchPathRequired",
  "patchOneValueOnly",
);

export const profiles: readonly Profile[] = Object.freeze([
  compatibleProfile,
  strictProfile,
  entraProfile,
  oktaProfile,
  interopDraftProfile,
]);

const profileText = /^([a-z-]+?)((?:[+-][A-Za-z]*[A-Z][A-Za-z]*)*)$/;

/**
 * Reads the profile of a token: its name, and tolerances switched on with `+` or off with `-`.
 *
 * @returns undefined when there is no such profile or tolerance
 * @example readProfile("compatible+lastPrimaryWins-patchReplaceCreates")
 */
export function readProfile(text: string): Profile | undefined {
  const [, name, switches = ""] = profileText.exec(text) ?? [];
  const base = profiles.find((candidate) => candidate.name === name);
  if (base === undefined || switches === "") return base;
  const chosen = new Set(base.tolerances);
  for (const [, sign, tolerance = ""] of switches.matchAll(/([+-])([A-Za-z]+)/g)) {
    if (!isTolerance(tolerance)) return undefined;
    if (sign === "+") chosen.add(tolerance);
    else chosen.delete(tolerance);
  }
  return Object.freeze({ name: text, tolerances: chosen });
}

function isTolerance(text: string): text is Tolerance {
  return Object.hasOwn(tolerances, text);
}

/** The same profile, noting for one request which of its tolerances fire. */
export function listening({ name, tolerances }: Profile): Profile & { readonly fired: Set<Tolerance> } {
  return { name, tolerances, fired: new Set() };
}

/** True when the profile has the tolerance, which is then noted as having fired: ask only when it makes a difference. */
export function forgives({ tolerances, fired }: Profile, tolerance: Tolerance): boolean {
  if (!tolerances.has(tolerance)) return false;
  fired?.add(tolerance);
  return true;
}
