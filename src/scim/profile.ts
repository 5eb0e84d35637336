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
  ]),
});

export const profiles: readonly Profile[] = Object.freeze([compatibleProfile, strictProfile]);
