import { userUrn } from "../scim/urn.ts";

/** A made-up user of a measurement, known by a prefix that nobody else has. */
export interface Person {
  readonly userName: string;
  readonly email: string;
}

export function personOf(prefix: string, number: number): Person {
  const userName = `${prefix}${number}`;
  return { userName, email: `${userName}@bench.example.org` };
}

/** The body that creates or replaces such a user: about 0.7 KB of the core schema, so that any server takes it. */
export function personBody({ userName, email }: Person, title: string): string {
  const formatted = "Barbara Jane Jensen";
  return JSON.stringify({
    schemas: [userUrn],
    userName,
    externalId: `ext-${userName}`,
    name: { formatted, familyName: "Jensen", givenName: "Barbara", middleName: "Jane" },
    displayName: formatted,
    title,
    active: true,
    emails: [
      { value: email, type: "work", primary: true },
      { value: `home.${email}`, type: "home" },
    ],
    phoneNumbers: [{ value: "+49 151 5550100", type: "mobile" }],
    addresses: [
      { type: "work", streetAddress: "12 Mill Lane", locality: "Leeds", postalCode: "LS1 4AP", country: "GB" },
    ],
  });
}
