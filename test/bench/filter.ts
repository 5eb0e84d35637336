import { bindFilter } from "../../src/scim/filter/bind.ts";
import { parseFilter } from "../../src/scim/filter/parse.ts";
import { compatibleProfile } from "../../src/scim/profile.ts";
import { coreRegistry, type ResourceType } from "../../src/scim/schema/registry.ts";

/** Filters read and bound per second: `bun test/bench/filter.ts`. */

const runs = 5;
const runMs = 1000;

function typeNamed(name: string): ResourceType {
  const type = coreRegistry.resourceTypes.find((candidate) => candidate.name === name);
  if (type === undefined) throw new Error(`no resource type ${name}`);
  return type;
}

const userType = typeNamed("User");
const groupType = typeNamed("Group");

/** What provisioning clients send most, and the RFC's own examples. */
const filters: readonly (readonly [ResourceType, string])[] = [
  [userType, 'userName eq "bjensen@example.com"'],
  [userType, 'externalId eq "00u1a2b3c4d5e6f7g8h9"'],
  [userType, 'id eq "2819c223-7f76-453a-919d-413861904646"'],
  [userType, 'emails[type eq "work"].value eq "bjensen@example.com"'],
  [userType, 'emails[type eq "work" and value co "@example.com"]'],
  [userType, 'emails.value eq "bjensen@example.com"'],
  [userType, "active eq true"],
  [userType, 'name.familyName co "O\'Malley"'],
  [userType, 'userName sw "J"'],
  [userType, 'urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J"'],
  [userType, 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "Tour Operations"'],
  [userType, "title pr"],
  [userType, 'title pr and userType eq "Employee"'],
  [userType, 'meta.lastModified gt "2011-05-13T04:42:34Z"'],
  [userType, 'userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")'],
  [userType, 'id eq "2819c223-7f76" and manager eq "26118915-6090-4610-87e4-49d8ca9f808d"'],
  [userType, 'emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]'],
  [groupType, 'displayName eq "Tour Guides"'],
  [groupType, 'members[value eq "2819c223-7f76-453a-919d-413861904646"]'],
  [groupType, 'id eq "e9e30dba-f08f-4109-8486-d5c6a331660a" and members eq "2819c223-7f76-453a-919d-413861904646"'],
];

/** One run of about `runMs`: filters per second. */
function run(): number {
  const start = performance.now();
  let rounds = 0;
  let elapsedMs = 0;
  while (elapsedMs < runMs) {
    for (let round = 0; round < 100; round++) {
      for (const [type, text] of filters) bindFilter(parseFilter(text), type, compatibleProfile);
    }
    rounds += 100;
    elapsedMs = performance.now() - start;
  }
  return (rounds * filters.length * 1000) / elapsedMs;
}

run();
const rates = Array.from({ length: runs }, run).sort((left, right) => left - right);
const shown = (rate: number | undefined) => Math.round(rate ?? 0).toLocaleString("en");
console.log(
  `parse + bind: ${shown(rates[Math.floor(runs / 2)])}/s (median of ${runs}; ${shown(rates[0])} to ${shown(rates.at(-1))})`,
);
