import {
  departmentName,
  departments,
  familyName,
  familyStem,
  givenName,
  type Person,
  personAt,
  roleName,
} from "./person.ts";

/** A value to look for, and whom it must find. */
export interface Search {
  readonly filter: string;
  /** Takes a person folded. */
  readonly matches: (person: Person) => boolean;
}

/** A filter with several values to look for; `users` is how many there are to find among. */
export interface FilterCase {
  readonly name: string;
  readonly search: (variant: number, users: number) => Search;
}

/** Somebody else for each variant. */
const somebody = (variant: number, users: number): Person => personAt(Math.floor((users * (2 * variant + 1)) / 17));
const family = (variant: number): string => familyName(100 + 211 * variant);
const stem = (variant: number): string => familyStem(100 + 211 * variant);
const given = (variant: number): string => givenName(3 + 23 * variant);
const department = (variant: number): string => departmentName((11 + 24 * variant) % departments);
const role = (variant: number): string => roleName(7 + 31 * variant);
/** `erik.cas` of `erik.castro.12`: of all with that first name those whose family names begin alike. */
const nameStart = ({ userName }: Person): string => userName.slice(0, userName.indexOf(".") + 4);
const quoted = (text: string): string => JSON.stringify(text);

/** How one folded text compares with another. */
const compares = {
  eq: (text: string, value: string) => text === value,
  sw: (text: string, value: string) => text.startsWith(value),
  co: (text: string, value: string) => text.includes(value),
  gt: (text: string, value: string) => text > value,
  ge: (text: string, value: string) => text >= value,
} as const;
type Operator = keyof typeof compares;

function compare(path: string, operator: Operator, value: string, text: (person: Person) => string): Search {
  const wanted = value.toLowerCase();
  const holds = compares[operator];
  return { filter: `${path} ${operator} ${quoted(value)}`, matches: (person) => holds(text(person), wanted) };
}

const both = (one: Search, other: Search): Search => ({
  filter: `${one.filter} and ${other.filter}`,
  matches: (person) => one.matches(person) && other.matches(person),
});
const either = (one: Search, other: Search): Search => ({
  filter: `${one.filter} or ${other.filter}`,
  matches: (person) => one.matches(person) || other.matches(person),
});
const work = (search: Search): Search => ({ ...search, filter: `emails[type eq "work" and ${search.filter}]` });

const userName = (operator: Operator, value: string) => compare("userName", operator, value, (p) => p.userName);
const emails = (operator: Operator, value: string): Search => {
  const [atWork, atHome] = [workEmail(operator, value), compare("value", operator, value, (p) => p.homeEmail)];
  return { filter: `emails.value ${operator} ${quoted(value)}`, matches: either(atWork, atHome).matches };
};
const workEmail = (operator: Operator, value: string) => work(compare("value", operator, value, (p) => p.workEmail));
const phone = (operator: Operator, value: string) => compare("phoneNumbers.value", operator, value, (p) => p.phone);
const familyIs = (operator: Operator, value: string) =>
  compare("name.familyName", operator, value, (p) => p.familyName);
const givenIs = (value: string) => compare("name.givenName", "eq", value, (p) => p.givenName);
const employee = (operator: Operator, value: string) =>
  compare("employeeNumber", operator, value, (p) => p.employeeNumber);
const departmentIs = (value: string) => compare("department", "eq", value, (p) => p.department);
const inactive: Search = { filter: "active eq false", matches: ({ active }) => !active };
/** The number behind which a two-hundred-and-fiftieth of all stand. */
const numberFrom = (users: number, variant: number): string =>
  String(users - Math.ceil(users / 250) - variant).padStart(8, "0");

/** Twenty filters as provisioning clients and administrators send them, on attributes that are indexed by default. */
export const indexed: readonly FilterCase[] = [
  { name: 'userName eq "…"', search: (v, n) => userName("eq", somebody(v, n).userName) },
  { name: 'userName sw "erik.cas"', search: (v, n) => userName("sw", nameStart(somebody(v, n))) },
  { name: 'emails.value eq "…"', search: (v, n) => emails("eq", somebody(v, n).homeEmail) },
  { name: 'emails.value sw "erik.cas"', search: (v, n) => emails("sw", nameStart(somebody(v, n))) },
  { name: 'emails[type eq "work" and value eq "…"]', search: (v, n) => workEmail("eq", somebody(v, n).workEmail) },
  {
    name: 'emails[type eq "work" and value sw "erik.cas"]',
    search: (v, n) => workEmail("sw", nameStart(somebody(v, n))),
  },
  { name: 'phoneNumbers.value eq "…"', search: (v, n) => phone("eq", somebody(v, n).phone) },
  { name: 'phoneNumbers.value sw "+49 151 001"', search: (v) => phone("sw", `+49 151 0${v}1`) },
  { name: 'name.familyName eq "…"', search: (v) => familyIs("eq", family(v)) },
  { name: 'name.familyName sw "Eriken"', search: (v) => familyIs("sw", stem(v)) },
  { name: 'name.givenName eq "…"', search: (v) => givenIs(given(v)) },
  {
    name: 'name.familyName eq "…" and name.givenName eq "…"',
    search(v, n) {
      const { familyName: last, givenName: first } = somebody(v, n);
      return both(familyIs("eq", last), givenIs(first));
    },
  },
  {
    name: 'name.familyName eq "…" or name.familyName eq "…"',
    search: (v) => either(familyIs("eq", family(v)), familyIs("eq", family(v + 1))),
  },
  { name: 'employeeNumber eq "…"', search: (v, n) => employee("eq", somebody(v, n).employeeNumber) },
  { name: 'employeeNumber gt "…"', search: (v, n) => employee("gt", numberFrom(n, v)) },
  {
    name: 'employeeNumber ge "…" and active eq false',
    search: (v, n) => both(employee("ge", numberFrom(n, v)), inactive),
  },
  { name: 'department eq "…"', search: (v) => departmentIs(department(v)) },
  {
    name: 'department eq "…" and name.familyName sw "Erik"',
    search: (v) => both(departmentIs(department(v)), familyIs("sw", family(v).slice(0, 4))),
  },
  {
    name: 'manager.value eq "…"',
    search: (v, n) => compare("manager.value", "eq", somebody(v, n).manager, (p) => p.manager),
  },
  { name: 'roles.value eq "…"', search: (v) => compare("roles.value", "eq", role(v), (p) => p.role) },
];

const inside = (variant: number, users: number): string => String(Math.floor((users * (variant + 3)) / 13));

/** Filters that the order of no index helps. */
export const containing: readonly FilterCase[] = [
  { name: 'userName co "…"', search: (v, n) => userName("co", inside(v, n)) },
  { name: 'emails.value co "…"', search: (v, n) => emails("co", inside(v, n)) },
  { name: 'name.familyName co "…"', search: (v) => familyIs("co", stem(v).slice(2)) },
];
