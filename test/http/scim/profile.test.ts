import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { profiles, readProfile, type Tolerance, tolerances } from "../../../src/scim/profile.ts";
import { enterpriseUserUrn, patchOpUrn, searchRequestUrn, userUrn } from "../../../src/scim/urn.ts";
import { create, createGroup, createUser, group, groupsPath, unknownId, user, usersPath } from "../../support/scim.ts";
import { type Answer, type Body, basic, startServer, type TestServer, unique } from "../../support/server.ts";

let server: TestServer;
const tokens = new Map<string, string>();
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.stop());

type Send = (method: string, path: string, body?: Body, headers?: Record<string, string>) => Promise<Answer>;

/** Sends as a client whose token has this profile. */
async function as(profile: string): Promise<Send> {
  const token = tokens.get(profile) ?? (await server.makeToken({ scopes: ["scim:read", "scim:write"], profile }));
  tokens.set(profile, token);
  return (method, path, body, headers = {}) =>
    server.request(method, path, body, { Authorization: `Bearer ${token}`, ...headers });
}

const patchOf = (...operations: readonly Body[]): Body => ({ schemas: [patchOpUrn], Operations: operations });
const emails = [
  { value: "a@x.example", type: "work" },
  { value: "b@x.example", type: "home" },
];

/** A user to work on, made by the administrator. */
const someone = async (more: Body = {}): Promise<string> => `${usersPath}/${(await createUser(server, more)).id}`;

interface Case {
  /** What is sent; its answer is judged, or what is read afterwards. */
  readonly act: (send: Send) => Promise<Answer>;
  readonly on: (answer: Answer) => void;
  readonly off: (answer: Answer) => void;
}

const status =
  (expected: number, scimType?: string) =>
  (answer: Answer): void => {
    expect(answer.status, answer.text).toBe(expected);
    if (scimType !== undefined) expect(answer.json.scimType).toBe(scimType);
  };
const holds =
  (body: Body, expected = 200) =>
  (answer: Answer): void => {
    expect(answer.status, answer.text).toBe(expected);
    expect(answer.json).toMatchObject(body);
  };

/** What comes of a change: its answer when it was refused, else the resource read again. */
const after = async (send: Send, path: string, change: Promise<Answer>): Promise<Answer> => {
  const answer = await change;
  return answer.status < 300 ? send("GET", path) : answer;
};

const cases: Readonly<Record<Tolerance, Case>> = {
  ignoreUnknownAttributes: {
    act: (send) => send("POST", usersPath, user(unique(), { colour: "mauve" })),
    on: status(201),
    off: status(400, "invalidSyntax"),
  },
  inferSchemas: {
    act: (send) => send("POST", usersPath, { userName: unique() }),
    on: holds({ schemas: [userUrn] }, 201),
    off: status(400, "invalidSyntax"),
  },
  liftExtensionAttributes: {
    act: (send) => send("POST", usersPath, user(unique(), { department: "Tours" })),
    on: holds({ [enterpriseUserUrn]: { department: "Tours" } }, 201),
    off: status(400, "invalidSyntax"),
  },
  liftListedAttributes: {
    act: (send) =>
      send("POST", usersPath, user(unique(), { schemas: [userUrn, enterpriseUserUrn], division: "Tours" })),
    on: holds({ [enterpriseUserUrn]: { division: "Tours" } }, 201),
    off: status(400, "invalidSyntax"),
  },
  askPassword: {
    act: async (send) => {
      const asking = { emails, [enterpriseUserUrn]: { askPassword: "true" } };
      return send("POST", usersPath, user(unique(), asking));
    },
    on: status(201),
    off: status(400, "invalidSyntax"),
  },
  requireKnownStore: {
    act: (send) => send("POST", usersPath, user(`NOWHERE/${unique()}`)),
    on: status(400, "invalidValue"),
    off: status(201),
  },
  coerceStringBooleans: {
    act: (send) => send("POST", usersPath, user(unique(), { active: "False" })),
    on: holds({ active: false }, 201),
    off: status(400, "invalidValue"),
  },
  coerceSingleToArray: {
    act: (send) => send("POST", usersPath, user(unique(), { emails: emails[0] })),
    on: holds({ emails: [emails[0]] }, 201),
    off: status(400, "invalidValue"),
  },
  coerceArrayToSingle: {
    act: (send) => send("POST", usersPath, user(unique(), { title: ["Guide"] })),
    on: holds({ title: "Guide" }, 201),
    off: status(400, "invalidValue"),
  },
  coerceSimpleToComplex: {
    act: (send) => send("POST", usersPath, user(unique(), { [enterpriseUserUrn]: { manager: "26118915" } })),
    on: holds({ [enterpriseUserUrn]: { manager: { value: "26118915" } } }, 201),
    off: status(400, "invalidValue"),
  },
  emptyValueUnassigns: {
    async act(send) {
      const path = await someone({ [enterpriseUserUrn]: { manager: { value: "26118915" } } });
      const operation = { op: "replace", path: `${enterpriseUserUrn}:manager`, value: { value: "" } };
      return after(send, path, send("PATCH", path, patchOf(operation)));
    },
    on: (answer) => expect(answer.json[enterpriseUserUrn]).toBeUndefined(),
    off: holds({ [enterpriseUserUrn]: { manager: { value: "" } } }),
  },
  lastPrimaryWins: {
    act: (send) =>
      send("POST", usersPath, user(unique(), { emails: emails.map((email) => ({ ...email, primary: true })) })),
    on: holds({ emails: [{ primary: false }, { primary: true }] }, 201),
    off: status(400, "invalidValue"),
  },
  canonicalValues: {
    act: (send) =>
      send(
        "POST",
        usersPath,
        user(unique(), { emails: [{ value: "Ann@X.Example" }], phoneNumbers: [{ value: "+1 (555) 010-0199" }] }),
      ),
    on: holds({ emails: [{ value: "Ann@x.example" }], phoneNumbers: [{ value: "tel:+15550100199" }] }, 201),
    off: holds({ emails: [{ value: "Ann@X.Example" }], phoneNumbers: [{ value: "+1 (555) 010-0199" }] }, 201),
  },
  ignoreUnknownMembers: {
    async act(send) {
      const { id } = await createUser(server);
      return send("POST", groupsPath, group(unique(), [unknownId, id]));
    },
    on: (answer) => {
      expect(answer.status, answer.text).toBe(201);
      expect(answer.json.members).toHaveLength(1);
    },
    off: status(400, "invalidValue"),
  },
  uniqueGroupNames: {
    async act(send) {
      const { displayName } = await createGroup(server);
      return send("POST", groupsPath, group(String(displayName).toUpperCase()));
    },
    on: status(409, "uniqueness"),
    off: status(201),
  },
  ignorePassword: {
    async act(send) {
      const userName = unique();
      await send("POST", usersPath, user(userName, { password: "a placeholder" }));
      return server.request("GET", "/scim/v2/Me", undefined, { Authorization: basic(userName, "a placeholder") });
    },
    on: status(401),
    off: status(200),
  },
  restoreInactive: {
    async act(send) {
      const [userName, externalId] = [unique(), unique()];
      await create(server, usersPath, user(userName, { externalId, active: false }));
      return send("POST", usersPath, user(userName, { externalId, active: true }));
    },
    on: holds({ active: true }, 201),
    off: status(409, "uniqueness"),
  },
  bareFilterLiterals: {
    async act(send) {
      const { externalId } = await createUser(server, { externalId: unique("bare") });
      return send("GET", `${usersPath}?filter=externalId+eq+${externalId}+or+externalId+eq+'no one'`);
    },
    on: holds({ totalResults: 1 }),
    off: status(400, "invalidFilter"),
  },
  unknownFilterAttributeIsAbsent: {
    act: (send) => send("GET", `${usersPath}?filter=colour+eq+"mauve"`),
    on: holds({ totalResults: 0 }),
    off: status(400, "invalidFilter"),
  },
  attributesBeforeExcluded: {
    act: (send) => send("GET", `${usersPath}?count=1&attributes=userName&excludedAttributes=userName`),
    on: status(200),
    off: status(400, "invalidValue"),
  },
  ignoreConditions: {
    async act(send) {
      const path = await someone();
      return send("PATCH", path, patchOf({ op: "replace", path: "title", value: "Guide" }), { "If-Match": 'W/"99"' });
    },
    on: holds({ title: "Guide" }),
    off: status(412),
  },
  patchOpAnyCase: {
    act: async (send) => send("PATCH", await someone(), patchOf({ op: "Replace", path: "title", value: "Guide" })),
    on: holds({ title: "Guide" }),
    off: status(400, "invalidSyntax"),
  },
  patchDottedKeys: {
    act: async (send) =>
      send("PATCH", await someone(), patchOf({ op: "replace", value: { "name.givenName": "Babs" } })),
    on: holds({ name: { givenName: "Babs" } }),
    off: status(400, "invalidSyntax"),
  },
  patchRemoveByValue: {
    act: async (send) =>
      send("PATCH", await someone({ emails }), patchOf({ op: "remove", path: "emails", value: [emails[0]] })),
    on: holds({ emails: [emails[1]] }),
    off: status(400, "invalidValue"),
  },
  patchRemoveNoMatch: {
    act: async (send) =>
      send("PATCH", await someone({ emails }), patchOf({ op: "remove", path: 'emails[type eq "other"]' })),
    on: holds({ emails }),
    off: status(400, "noTarget"),
  },
  patchAddCreates: {
    act: async (send) =>
      send(
        "PATCH",
        await someone(),
        patchOf({ op: "add", path: 'emails[type eq "work"].value', value: "a@x.example" }),
      ),
    on: holds({ emails: [emails[0]] }),
    off: status(400, "noTarget"),
  },
  patchReplaceCreates: {
    act: async (send) =>
      send(
        "PATCH",
        await someone(),
        patchOf({ op: "replace", path: 'emails[type eq "work"].value', value: "a@x.example" }),
      ),
    on: holds({ emails: [emails[0]] }),
    off: status(400, "noTarget"),
  },
  patchReadOnlyIgnored: {
    act: async (send) =>
      send("PATCH", await someone(), patchOf({ op: "replace", value: { id: "another", title: "Guide" } })),
    on: holds({ title: "Guide" }),
    off: status(400, "mutability"),
  },
  patchUnknownPathIgnored: {
    act: async (send) => send("PATCH", await someone({ title: "Guide" }), patchOf({ op: "remove", path: "colour" })),
    on: holds({ title: "Guide" }),
    off: status(400, "invalidPath"),
  },
  patchReplaceWhole: {
    act: async (send) =>
      send(
        "PATCH",
        await someone({ name: { givenName: "Babs", familyName: "Jensen" } }),
        patchOf({ op: "replace", path: "name", value: { givenName: "Barbara" } }),
      ),
    on: (answer) => expect(answer.json.name).toEqual({ givenName: "Barbara" }),
    off: (answer) => expect(answer.json.name).toEqual({ givenName: "Barbara", familyName: "Jensen" }),
  },
  patchReplaceMerges: {
    act: async (send) =>
      send(
        "PATCH",
        await someone({ emails }),
        patchOf({ op: "replace", path: 'emails[type eq "work"]', value: { display: "at work" } }),
      ),
    on: holds({ emails: [{ ...emails[0], display: "at work" }, emails[1]] }),
    off: (answer) => expect(answer.json.emails).toEqual([{ display: "at work" }, emails[1]]),
  },
  patchPathRequired: {
    act: async (send) => send("PATCH", await someone(), patchOf({ op: "replace", value: { title: "Guide" } })),
    on: status(400, "invalidSyntax"),
    off: holds({ title: "Guide" }),
  },
  patchOneValueOnly: {
    act: async (send) =>
      send(
        "PATCH",
        await someone({ emails }),
        patchOf({ op: "replace", path: 'emails[value co "x.example"].display', value: "both" }),
      ),
    on: status(400, "invalidFilter"),
    off: holds({ emails: [{ display: "both" }, { display: "both" }] }),
  },
  patchNoContent: {
    act: async (send) => send("PATCH", await someone(), patchOf({ op: "replace", path: "title", value: "Guide" })),
    on: status(204),
    off: status(200),
  },
  patchNoContentForGroups: {
    async act(send) {
      const { id } = await createGroup(server);
      return send("PATCH", `${groupsPath}/${id}`, patchOf({ op: "replace", path: "displayName", value: unique() }));
    },
    on: status(204),
    off: status(200),
  },
};

/** The statements about ambiguities that a tolerance is the switch of. */
const statements: Partial<Record<Tolerance, string>> = {
  inferSchemas: "AM-4",
  ignoreUnknownAttributes: "AM-5",
  uniqueGroupNames: "AM-7",
  attributesBeforeExcluded: "AM-10",
  patchRemoveNoMatch: "AM-13",
  patchReplaceWhole: "AM-14",
  patchReplaceMerges: "AM-15",
  patchAddCreates: "AM-16",
  patchUnknownPathIgnored: "AM-17",
  unknownFilterAttributeIsAbsent: "AM-24",
  bareFilterLiterals: "AM-25",
  coerceStringBooleans: "AM-26",
  canonicalValues: "AM-28",
  patchNoContent: "AM-29",
  ignoreUnknownMembers: "AM-33",
  lastPrimaryWins: "AM-40",
};

const rows = Object.keys(tolerances)
  .filter((name): name is Tolerance => name in tolerances)
  .map((name) => [statements[name] ?? "", name] as const);

describe("a tolerance", () => {
  test.each(rows)("%s %s: a token has it when its profile says so, and else not", async (_, name) => {
    const { act, on, off } = cases[name];
    on(await act(await as(`strict+${name}`)));
    off(await act(await as("strict")));
  });

  test.each(rows)("%s %s: is named to who asks, and to nobody else", async (_, name) => {
    const send = await as(`strict+${name}`);
    const told: string[] = [];
    await cases[name].act(async (method, path, body, headers) => {
      const answer = await send(method, path, body, { ...headers, Prefer: "muster-explain" });
      expect(answer.header("Preference-Applied")).toBe("muster-explain");
      told.push(...answer.header("Muster-Tolerated").split(", "));
      return answer;
    });
    const restricts = ["patchPathRequired", "patchOneValueOnly"].includes(name);
    expect(told.includes(name)).toBe(!restricts);
    const silent = await (await as("strict"))("GET", usersPath);
    expect([silent.header("Muster-Tolerated"), silent.header("Preference-Applied")]).toEqual(["", ""]);
  });

  test("is counted in the metrics, by the profile it is part of", async () => {
    const send = await as("compatible+inferSchemas");
    const count = async (): Promise<number> => {
      const { text } = await server.request("GET", "/metrics", undefined, { Authorization: null });
      const line = /^muster_tolerated_total\{profile="compatible",tolerance="inferSchemas"\} (\d+)$/m.exec(text);
      return Number(line?.[1] ?? 0);
    };
    const before = await count();
    for (let times = 0; times < 3; times++) await send("POST", usersPath, { userName: unique() });
    await send("POST", usersPath, user(unique()));
    expect(await count()).toBe(before + 3);
  });
});

describe("V-11 a client of the interoperability draft", () => {
  test("has its conditions ignored, in every method", async () => {
    const send = await as("interop-draft");
    const path = await someone();
    const known = await send("GET", path, undefined, { "If-None-Match": 'W/"1"' });
    expect(known.status).toBe(200);
    const userName = unique();
    const put = await send("PUT", path, user(userName), { "If-Match": 'W/"99"' });
    expect(put.status, put.text).toBe(200);
    expect((await send("DELETE", path, undefined, { "If-Match": 'W/"99"' })).status).toBe(204);
  });
});

describe("a profile", () => {
  test("is read by its name, with tolerances more or less", () => {
    for (const profile of profiles) expect(readProfile(profile.name)).toBe(profile);
    const chosen = readProfile("interop-draft+lastPrimaryWins-patchPathRequired");
    expect(chosen?.tolerances.has("lastPrimaryWins")).toBe(true);
    expect(chosen?.tolerances.has("patchPathRequired")).toBe(false);
    expect(chosen?.tolerances.has("patchReplaceWhole")).toBe(true);
  });

  test.each(["", "lenient", "strict+", "strict+nothingSuch", "strict-toString", "Strict", "strict lastPrimaryWins"])(
    "%p is none",
    (text) => {
      expect(readProfile(text)).toBeUndefined();
    },
  );

  test("strict forgives nothing, and the default is part of what Entra and Okta get", () => {
    const [compatible, strict, entra, okta] = profiles;
    expect(strict?.tolerances.size).toBe(0);
    for (const each of compatible?.tolerances ?? []) {
      expect([entra?.tolerances.has(each), okta?.tolerances.has(each)]).toEqual([true, true]);
    }
  });

  test("X-9 a search may name its attributes as in an address", async () => {
    const send = await as("strict");
    const body = { schemas: [searchRequestUrn], attributes: "userName,title", count: 1 };
    expect((await send("POST", `${usersPath}/.search`, body)).status).toBe(200);
  });
});

describe("AM-30 AU-10 discovery without credentials", () => {
  const config = "/scim/v2/ServiceProviderConfig";
  const nobody = { Authorization: null };

  test("is refused, unless the setting opens what the server supports", async () => {
    expect((await server.request("GET", config, undefined, nobody)).status).toBe(401);
    const open = await startServer({ publicDiscovery: "true" });
    try {
      const answer = await open.request("GET", config, undefined, nobody);
      expect(answer.status).toBe(200);
      expect(answer.json.authenticationSchemes).toHaveLength(2);
      expect((await open.request("GET", "/scim/v2/Schemas", undefined, nobody)).status).toBe(401);
      expect((await open.request("GET", usersPath, undefined, nobody)).status).toBe(401);
    } finally {
      await open.stop();
    }
  });
});
