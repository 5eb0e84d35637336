import { describe, expect, test } from "bun:test";
import { aUser, delta, enterpriseUserUrn, group, patch, patched } from "./fixture.ts";

// What clients send, as they send it.

describe("Entra", () => {
  const rows: readonly (readonly [string, Record<string, unknown>, Record<string, unknown>])[] = [
    ['{"op":"Replace","path":"active","value":"False"}', { active: true }, { active: false }],
    ['{"op":"Add","path":"active","value":"False"}', { active: true }, { active: false }],
    ['{"op":"Add","path":"nickName","value":"Babs"}', { nickName: "B" }, { nickName: "Babs" }],
    [
      '{"op":"Replace","path":"emails[type eq \\"work\\"].value","value":"a@b"}',
      {},
      { emails: [{ value: "a@b", type: "work" }] },
    ],
    [
      `{"op":"Replace","path":"${enterpriseUserUrn}:employeeNumber","value":"E1"}`,
      {},
      { [enterpriseUserUrn]: { employeeNumber: "E1" } },
    ],
    [
      `{"op":"Add","path":"${enterpriseUserUrn}:manager","value":"271"}`,
      {},
      { [enterpriseUserUrn]: { manager: { value: "271" } } },
    ],
    [
      '{"op":"Add","path":"manager","value":[{"$ref":"http://h/Users/ID","value":"ID"}]}',
      {},
      { [enterpriseUserUrn]: { manager: { value: "ID", $ref: "http://h/Users/ID" } } },
    ],
    [
      '{"op":"Add","path":"roles","value":[{"value":"{\\"id\\":\\"1\\",\\"value\\":\\"Admin\\"}"}]}',
      {},
      { roles: [{ value: '{"id":"1","value":"Admin"}' }] },
    ],
    [
      '{"op":"Add","path":"roles[primary eq \\"True\\"].value","value":"Admin"}',
      {},
      { roles: [{ value: "Admin", primary: true }] },
    ],
    ['{"op":"replace","path":"active","value":false}', { active: true }, { active: false }],
  ];
  for (const [operation, before, expected] of rows) {
    test(`PA-5 EN-2 EN-14 ${operation}`, () => {
      expect(patched([JSON.parse(operation)], { current: aUser(before) })).toEqual(aUser(expected));
    });
  }

  test("several operations meet in one new value", () => {
    const operations = ["formatted", "locality", "region"].map((name) => ({
      op: "Add",
      path: `addresses[type eq "work"].${name}`,
      value: name,
    }));
    expect(patched(operations)).toEqual(
      aUser({ addresses: [{ formatted: "formatted", locality: "locality", region: "region", type: "work" }] }),
    );
  });

  test("EN-3 keys that are paths", () => {
    const operations = [
      { op: "replace", path: 'emails[type eq "work"].value', value: "T@x" },
      {
        op: "replace",
        value: {
          displayName: "Bjfe",
          "name.givenName": "Kkom",
          "name.familyName": "Unua",
          [`${enterpriseUserUrn}:employeeNumber`]: "Aklq",
        },
      },
    ];
    expect(patched(operations)).toEqual(
      aUser({
        emails: [{ value: "T@x", type: "work" }],
        displayName: "Bjfe",
        name: { givenName: "Kkom", familyName: "Unua" },
        [enterpriseUserUrn]: { employeeNumber: "Aklq" },
      }),
    );
  });

  test("EN-23 removes a manager by an empty value, and without a path", () => {
    const current = aUser({ [enterpriseUserUrn]: { manager: { value: "1", $ref: "../Users/1" } } });
    for (const operation of [
      { op: "replace", path: `${enterpriseUserUrn}:manager`, value: { value: "" } },
      { op: "replace", value: { [enterpriseUserUrn]: { manager: { value: "" } } } },
      { op: "Remove", path: `${enterpriseUserUrn}:manager` },
    ]) {
      expect(patched([operation], { current })).toEqual(aUser());
    }
  });

  test("EN-4 EN-5 members", () => {
    const value = [{ $ref: null, value: "u1" }];
    expect(delta([{ op: "Add", path: "members", value }])).toEqual({ reset: false, add: ["u1"], remove: [] });
    expect(delta([{ op: "Remove", path: "members", value }])).toEqual({ reset: false, add: [], remove: ["u1"] });
    expect(delta([{ op: "remove", path: 'members[value eq "u1"]' }])).toEqual({
      reset: false,
      add: [],
      remove: ["u1"],
    });
    expect(delta([{ op: "remove", path: "members" }])).toEqual({ reset: true, add: [], remove: [] });
    const named = { name: "addMember", op: "add", path: "members", value: "u1" };
    expect(delta([named])).toEqual({ reset: false, add: ["u1"], remove: [] });
    const shown = { op: "add", path: "members", value: [{ displayName: "U", value: "u1" }] };
    expect(delta([shown])).toEqual({ reset: false, add: ["u1"], remove: [] });
  });
});

describe("Okta", () => {
  test("OK-6 deactivates without a path", () => {
    expect(patched([{ op: "replace", value: { active: false } }], { current: aUser({ active: true }) })).toEqual(
      aUser({ active: false }),
    );
  });

  test("OK-8 renames a group with its id", () => {
    const { resource, members, tolerated } = patch([{ op: "replace", value: { id: "g1", displayName: "X" } }], {
      compiled: group,
    });
    expect(resource.attributes.displayName).toBe("X");
    expect(members).toBeUndefined();
    expect([...tolerated]).toEqual(["patchReadOnlyIgnored"]);
  });

  test("OK-8 sends members as a delta and whole", () => {
    const operations = [
      { op: "remove", path: 'members[value eq "u1"]' },
      { op: "add", path: "members", value: [{ value: "u2", display: "two@example.com" }] },
    ];
    expect(delta(operations)).toEqual({ reset: false, add: ["u2"], remove: ["u1"] });
    expect(delta([{ op: "replace", path: "members", value: [] }])).toEqual({ reset: true, add: [], remove: [] });
  });
});

test("SailPoint's two parts of one complex value both survive", () => {
  const operations = [
    { op: "replace", value: { name: { familyName: "A" } } },
    { op: "replace", value: { name: { givenName: "B" } } },
  ];
  expect(patched(operations)).toEqual(aUser({ name: { familyName: "A", givenName: "B" } }));
});

test("Salesforce removes the members under a second name", () => {
  const operation = { op: "remove", path: "members", value: { members: [{ value: "u1" }] } };
  expect(delta([operation])).toEqual({ reset: false, add: [], remove: ["u1"] });
});
