import { enterpriseUserUrn } from "../../../src/scim/urn.ts";
import { type RowOutcome, rowOutcomes } from "../../../src/storage/import.ts";

/** A made-up file whose every row's outcome is known. */
export interface People {
  readonly csv: string;
  readonly rows: number;
  readonly passwords: number;
  readonly counts: Readonly<Record<"created" | "failed" | "duplicate", number>>;
  /** The names of those who go in, in file order. */
  readonly userNames: readonly string[];
  /** The outcome of the record with that number; 1 is the header. */
  outcomeOf(row: number): RowOutcome;
}

const header = "userName,displayName,emails[work].value,department,active,password";

/** Every so many rows one can not go in, one is there already, and one has a password. */
const failedEvery = 997;
const duplicateEvery = 1499;

export function people(rows: number, passwordEvery = Number.POSITIVE_INFINITY): People {
  const lines = [header];
  const outcomes: RowOutcome[] = [];
  const userNames: string[] = [];
  let passwords = 0;
  for (let index = 0; index < rows; index++) {
    const isFailed = index % failedEvery === 5;
    const isDuplicate = !isFailed && index % duplicateEvery === 1400;
    const hasPassword = !isFailed && !isDuplicate && index % passwordEvery === 3;
    // A duplicate has the name of a row far above, in upper case.
    const userName = isDuplicate ? nameOf(index - 1300).toUpperCase() : nameOf(index);
    const active = isFailed ? "perhaps" : index % 3 === 0 ? "no" : "";
    const password = hasPassword ? `p4ssword-${index}` : "";
    if (hasPassword) passwords++;
    lines.push(`${userName},"Person, ${index}",${userName}@example.org,Dept ${index % 50},${active},${password}`);
    outcomes.push(isFailed ? "failed" : isDuplicate ? "duplicate" : "created");
    if (!isFailed && !isDuplicate) userNames.push(userName);
  }
  const count = (outcome: RowOutcome): number => outcomes.filter((one) => one === outcome).length;
  return {
    csv: `${lines.join("\n")}\n`,
    rows,
    passwords,
    counts: { created: count("created"), failed: count("failed"), duplicate: count("duplicate") },
    userNames,
    outcomeOf: (row) => outcomes[row - 2] ?? "not_run",
  };
}

function nameOf(index: number): string {
  return `person${index.toString().padStart(7, "0")}`;
}

/** What SCIM says of the person with that name. */
export function personNamed(userName: string): Readonly<Record<string, unknown>> {
  const index = Number(userName.slice("person".length));
  return {
    userName,
    displayName: `Person, ${index}`,
    emails: [{ value: `${userName}@example.org`, type: "work" }],
    active: index % 3 !== 0,
    [enterpriseUserUrn]: { department: `Dept ${index % 50}` },
  };
}

/** The sum of the counts of a job without its total. */
export function sumOf(counts: Readonly<Record<string, number>>): number {
  return rowOutcomes.reduce((sum, outcome) => sum + (counts[outcome] ?? 0), 0);
}
