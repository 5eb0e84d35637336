import { describe, expect, test } from "bun:test";
import { ScimError } from "../../../src/scim/error.ts";
import type { JsonObject } from "../../../src/scim/json.ts";
import { hasImmutable, keepImmutable } from "../../../src/scim/resource/immutable.ts";
import { buildRegistry, type ResourceType } from "../../../src/scim/schema/registry.ts";
import { attribute } from "../../../src/scim/schema/schema.ts";
import { typeNamed } from "../../support/scim.ts";

const urn = "urn:example:schemas:Badge";
const cardUrn = "urn:example:schemas:Card";
const oathUrn = "urn:example:schemas:Oath";
const immutable = { mutability: "immutable" } as const;

const schema = (id: string, name: string, attributes: ReturnType<typeof attribute>[]) => ({
  id,
  name,
  description: "",
  attributes,
});

const [type = expect.unreachable()]: readonly ResourceType[] = buildRegistry(
  [
    schema(urn, "Badge", [
      attribute("colour", ""),
      attribute("number", "", immutable),
      attribute("tags", "", { multiValued: true, ...immutable }),
      attribute("shop", "", {
        type: "complex",
        subAttributes: [attribute("town", ""), attribute("key", "", immutable)],
      }),
      attribute("maker", "", {
        type: "complex",
        ...immutable,
        subAttributes: [attribute("value", ""), attribute("place", "")],
      }),
      attribute("parts", "", {
        type: "complex",
        multiValued: true,
        subAttributes: [attribute("value", "", immutable)],
      }),
    ]),
    schema(cardUrn, "Card", [attribute("limit", ""), attribute("bank", "", immutable)]),
    schema(oathUrn, "Oath", [attribute("text", "", { required: true }), attribute("day", "", immutable)]),
  ],
  [
    {
      name: "Badge",
      endpoint: "/Badges",
      description: "",
      schema: urn,
      schemaExtensions: [
        { schema: cardUrn, required: false },
        { schema: oathUrn, required: false },
      ],
    },
  ],
).resourceTypes;

const badge = (more: JsonObject = {}, ...urns: string[]): JsonObject => ({ schemas: [urn, ...urns], ...more });

/** What becomes of a badge, as text: the order of its names is part of it. */
const kept = (stored: JsonObject, read: JsonObject): string => JSON.stringify(keepImmutable(type, stored, read));

function refusal(stored: JsonObject, read: JsonObject): readonly string[] {
  try {
    keepImmutable(type, stored, read);
  } catch (error) {
    if (error instanceof ScimError) return [error.kind, error.detail];
    throw error;
  }
  return expect.unreachable();
}

describe("a replacement", () => {
  test("RP-9 keeps what it leaves out and can not change, in the order of the schema", () => {
    const stored = badge({ colour: "red", number: "7", tags: ["a"], maker: { value: "Acme" } });
    const read = badge({ externalId: "x", colour: "blue", parts: [{ value: "p" }] });
    expect(kept(stored, read)).toBe(
      JSON.stringify(
        badge({
          externalId: "x",
          colour: "blue",
          number: "7",
          tags: ["a"],
          maker: { value: "Acme" },
          parts: [{ value: "p" }],
        }),
      ),
    );
  });

  test("RP-9 keeps a part of a complex value, also of one that it leaves out", () => {
    const stored = badge({ shop: { town: "Ulm", key: "k" } });
    expect(kept(stored, badge({ shop: { town: "Bonn" } }))).toBe(
      JSON.stringify(badge({ shop: { town: "Bonn", key: "k" } })),
    );
    expect(kept(stored, badge())).toBe(JSON.stringify(badge({ shop: { key: "k" } })));
  });

  test("RP-9 S-12 keeps the extension that holds it, and schemas names that", () => {
    const stored = badge({ [cardUrn]: { limit: "1", bank: "b" } }, cardUrn);
    expect(kept(stored, badge())).toBe(JSON.stringify(badge({ [cardUrn]: { bank: "b" } }, cardUrn)));
    expect(kept(stored, badge({ [cardUrn]: { limit: "2" } }, cardUrn))).toBe(
      JSON.stringify(badge({ [cardUrn]: { limit: "2", bank: "b" } }, cardUrn)),
    );
    const both = badge({ [oathUrn]: { text: "t" } }, oathUrn);
    expect(kept(stored, both)).toBe(
      JSON.stringify(badge({ [cardUrn]: { bank: "b" }, [oathUrn]: { text: "t" } }, cardUrn, oathUrn)),
    );
  });

  test("S-15 may set what has no value yet", () => {
    const stored = badge({ colour: "red", shop: { town: "Ulm" } });
    for (const read of [
      badge({ number: "7", shop: { town: "Ulm", key: "k" } }),
      badge({ [cardUrn]: { bank: "b" } }, cardUrn),
    ]) {
      expect(keepImmutable(type, stored, read)).toBe(read);
    }
  });

  test("RP-8 may say the same again, its names in any order", () => {
    const stored = badge({ number: "7", tags: ["a", "b"], maker: { value: "Acme", place: "Ulm" } });
    const read = badge({ number: "7", tags: ["a", "b"], maker: { place: "Ulm", value: "Acme" } });
    expect(keepImmutable(type, stored, read)).toBe(read);
  });

  test("RP-11 changes and clears all else, the values of many too", () => {
    const stored = badge({ colour: "red", parts: [{ value: "p" }], [cardUrn]: { limit: "1" } }, cardUrn);
    const read = badge({ parts: [{ value: "q" }] });
    expect(keepImmutable(type, stored, read)).toBe(read);
  });

  test.each([
    ["number", badge({ number: "7" }), badge({ number: "8" })],
    ["number", badge({ number: "a" }), badge({ number: "A" })],
    ["tags", badge({ tags: ["a", "b"] }), badge({ tags: ["b", "a"] })],
    ["tags", badge({ tags: ["a"] }), badge({ tags: ["a", "b"] })],
    ["maker", badge({ maker: { value: "Acme" } }), badge({ maker: { value: "Acme", place: "Ulm" } })],
    ["shop.key", badge({ shop: { key: "k" } }), badge({ shop: { key: "l" } })],
    [`${cardUrn}:bank`, badge({ [cardUrn]: { bank: "b" } }, cardUrn), badge({ [cardUrn]: { bank: "c" } }, cardUrn)],
  ])("RP-8 of another value is refused: %s", (name, stored, read) => {
    expect(refusal(stored, read)).toEqual(["mutability", `${name} is immutable and has another value.`]);
  });

  test("RP-10 can not leave out what is required beside what stays", () => {
    const stored = badge({ [oathUrn]: { text: "t", day: "d" } }, oathUrn);
    const [kind, detail] = refusal(stored, badge());
    expect(kind).toBe("invalidValue");
    expect(detail).toStartWith(`${oathUrn}:text is required`);
    const read = badge({ [oathUrn]: { text: "u" } }, oathUrn);
    expect(kept(stored, read)).toBe(JSON.stringify(badge({ [oathUrn]: { text: "u", day: "d" } }, oathUrn)));
  });
});

test("only a type that has something immutable need be asked", () => {
  expect(hasImmutable(type)).toBe(true);
  // What is said of a member can not be edited, yet members come and go.
  for (const name of ["User", "Group"]) expect(hasImmutable(typeNamed(name))).toBe(false);
});
