import { describe, expect, test } from "bun:test";
import { bindFilter } from "../../../src/scim/filter/bind.ts";
import { evaluate } from "../../../src/scim/filter/evaluate.ts";
import { parseFilter } from "../../../src/scim/filter/parse.ts";
import { strictProfile } from "../../../src/scim/profile.ts";
import { project, readProjection } from "../../../src/scim/resource/projection.ts";
import { buildRegistry } from "../../../src/scim/schema/registry.ts";
import { attribute } from "../../../src/scim/schema/schema.ts";

const urn = "urn:example:schemas:Badge";
const [type = expect.unreachable()] = buildRegistry(
  [
    {
      id: urn,
      name: "Badge",
      description: "A badge: an attribute of every way of being returned.",
      attributes: [
        attribute("number", "Always shown.", { returned: "always" }),
        attribute("colour", "Shown by default."),
        attribute("photo", "Shown on request.", { returned: "request" }),
        attribute("pin", "Never shown.", { returned: "never" }),
      ],
    },
  ],
  [{ name: "Badge", endpoint: "/Badges", description: "A badge.", schema: urn, schemaExtensions: [] }],
).resourceTypes;

const badge = { id: "1", schemas: [urn], number: "7", colour: "red", photo: "a face", pin: "1234" };

/** What is shown of a badge beside id and schemas, which always are. */
function shown(attributes: readonly string[], excluded: readonly string[] = []): string {
  const { id, schemas, ...rest } = project(type, badge, readProjection(type, attributes, excluded));
  expect([id, schemas]).toEqual(["1", [urn]]);
  return Object.keys(rest).sort().join(" ");
}

describe("what is shown of an attribute", () => {
  const rows: readonly (readonly [string, readonly string[], readonly string[], string])[] = [
    ["S-17 S-19 when nobody asks: always and by default", [], [], "colour number"],
    ["S-19 A-3 when others are asked for: not by default", ["photo"], [], "number photo"],
    ["S-19 A-4 when it is excluded: not by default", [], ["colour"], "number"],
    ["S-17 A-5 always, though it is excluded", [], ["number"], "colour number"],
    ["A-7 on request, when it is named", ["photo", "colour"], [], "colour number photo"],
    ["A-7 on request, by its name with the URN in any case", [`${urn.toUpperCase()}:PHOTO`], [], "number photo"],
    ["A-7 not on request, when something else is excluded", [], ["colour"], "number"],
    ["S-18 A-6 never, though it is named", ["pin"], [], "number"],
  ];
  for (const [name, attributes, excluded, expected] of rows) {
    test(name, () => expect(shown(attributes, excluded)).toBe(expected));
  }
});

test("F-37 what is shown on request can be asked for in a filter, and is not shown for that", () => {
  const filter = bindFilter(parseFilter('photo eq "A face"'), type, strictProfile);
  expect(evaluate(filter, badge)).toBe(true);
  expect(evaluate(filter, { ...badge, photo: "a hat" })).toBe(false);
  expect(shown([])).not.toContain("photo");
});
