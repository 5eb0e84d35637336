/** Made-up people for measurements: CSV rows of about 200 bytes, in an order that is none of the keys'. */

const given = [
  "Ada",
  "Björn",
  "Chidi",
  "Dana",
  "Emeka",
  "Fatima",
  "Grace",
  "Hiroshi",
  "Ines",
  "João",
  "Kateryna",
  "Li",
];
const family = [
  "Abara",
  "Berg",
  "Castro",
  "Dvořák",
  "Eriksson",
  "Fofana",
  "García",
  "Haddad",
  "Ito",
  "Jansen",
  "Kowalski",
];
const departments = ["Engineering", "Sales", "Support", "Finance", "Legal", "Research", "Operations"];

export const peopleHeader =
  "userName,name.givenName,name.familyName,displayName,emails[work].value,phoneNumbers[mobile].value," +
  "title,department,employeeNumber,externalId,locale,active";

/** A permutation of 0 … count-1 without a table: a step that shares no factor with the count. */
export function shuffled(index: number, count: number): number {
  let step = Math.floor(count * 0.618) | 1;
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  while (divisor(step, count) !== 1) step += 2;
  return (index * step) % count;
}

export function personRow(number: number): string {
  const first = given[number % given.length] ?? "";
  const last = family[number % family.length] ?? "";
  const name = `${first}.${last}.${number}`.toLowerCase();
  return [
    name,
    first,
    last,
    `"${last}, ${first}"`,
    `${name}@example.org`,
    `+49 151 ${String(number).padStart(8, "0")}`,
    "Senior Member of Staff",
    departments[number % departments.length],
    String(100_000 + number),
    `ext-${number.toString(36)}`,
    "de-DE",
    number % 20 === 0 ? "false" : "true",
  ].join(",");
}

/** The CSV of so many people, a piece at a time. */
export async function* peopleCsv(count: number): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder();
  let lines = [peopleHeader];
  for (let index = 0; index < count; index++) {
    lines.push(personRow(shuffled(index, count)));
    if (lines.length < 4000) continue;
    yield encoder.encode(`${lines.join("\r\n")}\r\n`);
    lines = [];
  }
  if (lines.length > 0) yield encoder.encode(`${lines.join("\r\n")}\r\n`);
}
