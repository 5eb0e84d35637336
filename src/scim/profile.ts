/**
 * What the engine forgives, by name. The core is strict; each known departure of a client is one tolerance, and
 * a profile is the set of those that a token switches on.
 */
export const tolerances = {
  /** Attributes that no schema has are left out instead of refused (RFC 7644 is silent; Entra relies on it). */
  ignoreUnknownAttributes: "an attribute that no schema defines was left out",
  /** "True" and "false" in a string count as booleans (Entra sends them). */
  coerceStringBooleans: "a boolean came as a string",
  /** One object or value where an array belongs counts as an array of one. */
  coerceSingleToArray: "a single value came where an array belongs",
  /** The one element of an array where a single value belongs (Entra sends `manager` like that). */
  coerceArrayToSingle: "an array of one came where a single value belongs",
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
  /** A string where a complex value belongs is its `value` (Entra sends `manager` and members like that). */
  patchSimpleValueForComplex: "a string came where a complex value belongs",
  /** An empty `value` takes a single complex attribute away (how Entra removes a manager). */
  patchEmptyValueUnassigns: "an empty value took a complex attribute away",
  /** What only the server sets may stand in a PATCH value without a path (Okta sends `id`). */
  patchReadOnlyIgnored: "a read-only attribute in a PATCH value was left out",
} as const;

export type Tolerance = keyof typeof tolerances;

export interface Profile {
  readonly name: string;
  readonly tolerances: ReadonlySet<Tolerance>;
}

export const strictProfile: Profile = Object.freeze({ name: "strict", tolerances: new Set<Tolerance>() });

/** The default: what large clients send is understood, and a correct client sees no difference. */
export const compatibleProfile: Profile = Object.freeze({
  name: "compatible",
  tolerances: new Set<Tolerance>([
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
    "patchSimpleValueForComplex",
    "patchEmptyValueUnassigns",
    "patchReadOnlyIgnored",
  ]),
});

export const profiles: readonly Profile[] = Object.freeze([compatibleProfile, strictProfile]);
