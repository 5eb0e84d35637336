import { enterpriseUserUrn, userUrn } from "../../../src/scim/urn.ts";

/*
 * The people of the large measurement: everything follows from a number, so that what a filter must find can be
 * counted. Of n people each of 200 departments has n / 200, each of 2,000 family names about n / 2,000.
 */

const givenHeads = ["An", "Be", "Chi", "Da", "Eme", "Fa", "Gra", "Hi", "In", "Jo", "Ka", "Li", "Ma", "No", "Ol", "Pe"];
const givenTails = ["na", "dri", "ro", "tima", "ce", "la", "vin", "mi", "rek", "lia", "to", "se", "nja"];
const familyHeads = [
  "Aba",
  "Berg",
  "Cas",
  "Dvoř",
  "Erik",
  "Fofa",
  "Gar",
  "Had",
  "Iver",
  "Jans",
  "Kowal",
  "Lind",
  "Mül",
];
const familyMiddles = ["a", "en", "i", "o", "ko", "man", "er", "ova", "in", "el"];
const familyTails = [
  "ra",
  "sson",
  "tro",
  "ák",
  "berg",
  "na",
  "cía",
  "dad",
  "to",
  "ski",
  "quist",
  "ler",
  "dotter",
  "wa",
];
const titles = ["Engineer", "Analyst", "Nurse", "Teacher", "Clerk", "Director", "Driver", "Buyer", "Planner", "Guide"];
const cities = ["Leeds", "Göteborg", "Lyon", "Porto", "Kraków", "Graz", "Turin", "Gent"];

const givenNames = 200;
const familyNames = 1800;
export const departments = 200;
const roles = 250;
const reports = 10;

const pick = <T>(values: readonly T[], index: number, none: T): T => values[index % values.length] ?? none;

export const givenName = (index: number): string =>
  pick(givenHeads, index, "") + pick(givenTails, Math.floor(index / givenHeads.length), "");

const familyTail = (index: number): string =>
  pick(familyTails, Math.floor(index / (familyHeads.length * familyMiddles.length)), "");

/** What a handful of family names begin with. */
export const familyStem = (index: number): string =>
  pick(familyHeads, index, "") + pick(familyMiddles, Math.floor(index / familyHeads.length), "") + familyTail(index)[0];

export const familyName = (index: number): string => familyStem(index) + familyTail(index).slice(1);

export const departmentName = (index: number): string => `Department ${String(index).padStart(3, "0")}`;
export const roleName = (index: number): string => `role-${String(index).padStart(3, "0")}`;
export const managerId = (index: number): string => `0190b4c2-0000-7000-8000-${index.toString(16).padStart(12, "0")}`;

/** Whoever is made while something is measured is nobody that a filter looks for. */
export type Kind = "kept" | "made";

export interface Person {
  readonly number: number;
  readonly userName: string;
  readonly externalId: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly workEmail: string;
  readonly homeEmail: string;
  readonly phone: string;
  readonly title: string;
  readonly city: string;
  readonly active: boolean;
  readonly employeeNumber: string;
  readonly department: string;
  readonly manager: string;
  readonly role: string;
}

/** Letters that a user name may hold, for those that it may not. */
const plain: Readonly<Record<string, string>> = { ř: "r", ü: "u", á: "a", í: "i" };

/** Spreads neighbouring numbers over all of a range. */
function scattered(number: number, count: number): number {
  return (Math.imul(number, 0x9e3779b1) >>> 8) % count;
}

export function personAt(number: number, kind: Kind = "kept"): Person {
  const made = kind === "made";
  const given = made ? "Zoë" : givenName(number % givenNames);
  const family = made ? "Zzyzx" : familyName(scattered(number, familyNames));
  const userName = `${made ? "zz" : given}.${family}.${number}`
    .toLowerCase()
    .replaceAll(/[řüáí]/g, (c) => plain[c] ?? c);
  return {
    number,
    userName,
    externalId: `${made ? "made" : "00u"}${number.toString(36).padStart(8, "0")}`,
    givenName: given,
    familyName: family,
    workEmail: `${userName}@example.org`,
    homeEmail: `${made ? "zz" : given.toLowerCase()}${number}@mail.example.net`,
    phone: `${made ? "+1" : "+49"} 151 ${String((number * 7919) % 100_000_000).padStart(8, "0")}`,
    title: pick(titles, number, ""),
    city: pick(cities, number, ""),
    active: number % 20 !== 0,
    employeeNumber: `${made ? "-" : ""}${String(number).padStart(8, "0")}`,
    department: made ? "None" : departmentName((7 * number + Math.floor(number / departments)) % departments),
    manager: managerId(made ? 0xffffffffff : Math.floor(number / reports)),
    role: made ? "none" : roleName((13 * number) % roles),
  };
}

/** The same with texts as filters compare them, which look at no case of a letter. */
export function folded(person: Person): Person {
  return {
    ...person,
    givenName: person.givenName.toLowerCase(),
    familyName: person.familyName.toLowerCase(),
    department: person.department.toLowerCase(),
  };
}

/** The body that creates or replaces a person: about 1.1 KB as it is answered. */
export function personJson(person: Person, title = person.title): string {
  const { userName, externalId, givenName: given, familyName: family, workEmail, homeEmail, phone, city } = person;
  return JSON.stringify({
    schemas: [userUrn, enterpriseUserUrn],
    userName,
    externalId,
    name: { familyName: family, givenName: given },
    displayName: `${family}, ${given}`,
    title,
    locale: "de-DE",
    active: person.active,
    emails: [
      { value: workEmail, type: "work" },
      { value: homeEmail, type: "home" },
    ],
    phoneNumbers: [{ value: phone, type: "mobile" }],
    addresses: [{ type: "work", streetAddress: "12 Mill Lane", locality: city, postalCode: "LS1 4AP" }],
    roles: [{ value: person.role }],
    [enterpriseUserUrn]: {
      employeeNumber: person.employeeNumber,
      department: person.department,
      manager: { value: person.manager },
    },
  });
}

const columns: readonly (readonly [header: string, cell: (person: Person) => string])[] = [
  ["userName", ({ userName }) => userName],
  ["externalId", ({ externalId }) => externalId],
  ["name.givenName", (person) => person.givenName],
  ["name.familyName", (person) => person.familyName],
  ["displayName", (person) => `"${person.familyName}, ${person.givenName}"`],
  ["title", ({ title }) => title],
  ["locale", () => "de-DE"],
  ["active", ({ active }) => String(active)],
  ["emails[work].value", ({ workEmail }) => workEmail],
  ["emails[home].value", ({ homeEmail }) => homeEmail],
  ["phoneNumbers[mobile].value", ({ phone }) => phone],
  ["addresses[work].streetAddress", () => "12 Mill Lane"],
  ["addresses[work].locality", ({ city }) => city],
  ["addresses[work].postalCode", () => "LS1 4AP"],
  ["roles[0].value", ({ role }) => role],
  ["employeeNumber", ({ employeeNumber }) => employeeNumber],
  ["department", ({ department }) => department],
  ["manager.value", ({ manager }) => manager],
];

/** The CSV of so many people, a piece at a time; `order` gives who stands where. */
export async function* csvOf(count: number, order: (place: number) => number): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  let lines = [columns.map(([header]) => header).join(",")];
  for (let place = 0; place < count; place++) {
    const person = personAt(order(place));
    lines.push(columns.map(([, cell]) => cell(person)).join(","));
    if (lines.length < 4000) continue;
    yield encoder.encode(`${lines.join("\n")}\n`);
    lines = [];
  }
  if (lines.length > 0) yield encoder.encode(`${lines.join("\n")}\n`);
}
