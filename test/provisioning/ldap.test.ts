import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { Attribute, Change } from "ldapts";
import { expectRefusal, invalidValue } from "../support/scim.ts";
import { type Answer, type Body, objects, startServer, type TestServer, text, unique } from "../support/server.ts";
import { hasSlapd, personLdif, type Slapd, startSlapd } from "../support/slapd.ts";

const connectors = "/api/provisioning/connectors";
const json = { "Content-Type": "application/json" };
const people = 3000;

test("a directory is there to test with where CI is set", () => {
  if (!hasSlapd) console.warn("SKIPPED: there is no slapd; no LDAP directory is read");
  expect(hasSlapd || process.env.CI !== "true").toBe(true);
});

describe.skipIf(!hasSlapd)("an LDAP directory", () => {
  let directory: Slapd;
  let server: TestServer;
  let connector: string;
  beforeAll(async () => {
    const all = Array.from({ length: people }, (_, index) => personLdif(`user${index}`));
    const odd = personLdif("odd", { cn: "Ødd, (the) *one*", sn: "O'Dd \\ & co" });
    directory = await startSlapd([...all, odd].join("\n"));
    server = await startServer({ provisioningTargets: "any" });
  }, 60_000);
  afterAll(async () => {
    await server.stop();
    await directory.stop();
  });

  const send = (
    method: string,
    path: string,
    body?: Body,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Answer> =>
    server.request(method, path, body === undefined ? undefined : JSON.stringify(body), {
      ...(body !== undefined && json),
      ...headers,
    });

  async function connect(more: Body = {}): Promise<string> {
    const { ldaps: url, ca, bindDn, password, baseDn } = directory;
    const authentication = { type: "BIND", bindDn, password };
    const body = {
      kind: "ldap",
      name: unique("ldap"),
      url,
      ca,
      baseDn: `ou=people,${baseDn}`,
      authentication,
      ...more,
    };
    const answer = await send("POST", connectors, body);
    expect(answer.status, answer.text).toBe(201);
    return text(answer.json.id);
  }

  async function launch(id: string): Promise<Body> {
    const answer = await send("POST", `${connectors}/${id}/launch`, undefined, { Prefer: "wait=60" });
    expect(answer.status, answer.text).toBe(200);
    return answer.json;
  }

  async function imported({ id }: Body): Promise<Body> {
    await send("POST", "/api/provisioning/import");
    for (;;) {
      const { json: extraction } = await server.request("GET", `/api/provisioning/extractions/${id}`);
      if (extraction.status === "Imported" || extraction.parked === true) return extraction;
      await Bun.sleep(50);
    }
  }

  const userOf = async (userName: string): Promise<Body | undefined> => {
    const found = await server.request(
      "GET",
      `/scim/v2/Users?filter=${encodeURIComponent(`userName eq "${userName}"`)}`,
    );
    return objects(found.json.Resources)[0];
  };

  test("is looked at before anything is taken", async () => {
    connector = await connect({ missing: "deactivate", createGroups: true });
    const { json: seen } = await send("POST", `${connectors}/${connector}/test`);
    const [sample] = objects(seen.samples);
    expect(objects(seen.samples)).toHaveLength(5);
    expect(sample?.mapped).toEqual({
      userName: "user0",
      "name.familyName": "Sn user0",
      "name.givenName": "Given user0",
      displayName: "Cn user0",
      "emails[work].value": "user0@example.org",
    });
    expect(text(sample?.id)).toMatch(/^[0-9a-f]{8}-/);
  });

  test("is read in pages to its end, past the limit that it has for others", async () => {
    const rules = [
      { from: "uid", type: "SUBJECT" },
      { from: "sn", type: "ATTRIBUTE", target: "name.familyName" },
      { from: "$.cn[0]", type: "ATTRIBUTE", target: "displayName" },
      { from: "MAIL", type: "ATTRIBUTE", target: "emails", multiple: true },
      { from: "groups", type: "GROUPNAME" },
    ];
    await send("PATCH", `${connectors}/${connector}`, { rules });
    expect(await launch(connector)).toMatchObject({
      status: "Exported",
      nbRepresentations: people + 1,
      errorMessage: null,
    });
    const [{ id } = {}] = objects((await server.request("GET", "/api/provisioning/extractions")).json.extractions);
    expect(await imported({ id })).toMatchObject({ import: { state: "completed" } });
    expect((await server.request("GET", "/scim/v2/Users?count=0")).json.totalResults).toBe(people + 1);
    expect(await userOf("odd")).toMatchObject({
      displayName: "Ødd, (the) *one*",
      name: { familyName: "O'Dd \\ & co" },
    });
    expect(await userOf("user7")).toMatchObject({ emails: [{ value: "user7@example.org" }] });
  }, 60_000);

  test("of which nothing has changed gives nothing", async () => {
    expect(await launch(connector)).toMatchObject({ nbRepresentations: 0, nbFilteredRepresentations: people + 1 });
  });

  test("gives who was changed, who joined a group, and who is gone", async () => {
    const { baseDn } = directory;
    const at = (uid: string): string => `uid=${uid},ou=people,${baseDn}`;
    await directory.asRoot(async (client) => {
      const modification = new Attribute({ type: "sn", values: ["Changed"] });
      await client.modify(at("user1"), new Change({ operation: "replace", modification }));
      const members = { objectClass: "groupOfNames", cn: "Sales, north", member: at("user2") };
      await client.add(`cn=Sales\\, north,ou=groups,${baseDn}`, members);
      await client.del(at("user3"));
    });
    const extraction = await launch(connector);
    expect(extraction).toMatchObject({ nbRepresentations: 3, parked: false });
    await imported(extraction);
    expect(await userOf("user1")).toMatchObject({ name: { familyName: "Changed" } });
    expect(objects((await userOf("user2"))?.groups).map(({ display }) => display)).toEqual(["Sales, north"]);
    expect(await userOf("user3")).toMatchObject({ active: false });
  });

  test("is spoken to in TLS by LDAPS and by STARTTLS, and its certificate is checked", async () => {
    const secure = await connect({ url: directory.ldap, startTls: true });
    expect((await send("POST", `${connectors}/${secure}/test`)).status).toBe(200);
    for (const unknown of [{ ca: undefined }, { ca: undefined, url: directory.ldap, startTls: true }]) {
      const id = await connect(unknown);
      expectRefusal(await send("POST", `${connectors}/${id}/test`), { status: 409, names: "certificate" });
    }
    const elsewhere = await connect({ url: directory.ldaps.replace("127.0.0.1", "localhost") });
    expectRefusal(await send("POST", `${connectors}/${elsewhere}/test`), { status: 409, names: "localhost" });
  });

  test("that refuses, or is not there, is told so; no password is in the words", async () => {
    const { bindDn, baseDn } = directory;
    const wrong = await connect({ authentication: { type: "BIND", bindDn, password: "another-password" } });
    expect(await launch(wrong)).toMatchObject({
      status: "Failed to extract",
      errorMessage: `${directory.ldaps} does not take the bind DN and its password`,
    });
    const nowhere = await connect({ baseDn: `ou=nowhere,${baseDn}` });
    expect(await launch(nowhere)).toMatchObject({
      status: "Failed to extract",
      errorMessage: expect.stringContaining("failed"),
    });
    const away = await connect({ url: "ldap://127.0.0.1:9" });
    expect(await launch(away)).toMatchObject({
      status: "Failed to extract",
      errorMessage: expect.stringContaining("127.0.0.1:9"),
    });
  });

  test("with settings that can not be is refused", async () => {
    const authentication = { type: "BIND", bindDn: "cn=x", password: "y" };
    const asked = { kind: "ldap", name: unique(), url: "ldaps://ldap.example.org", baseDn: "dc=x", authentication };
    const cases: readonly (readonly [Body, string])[] = [
      [{ filter: "(uid=" }, "filter"],
      [{ filter: "" }, "filter"],
      [{ url: "https://ldap.example.org" }, "url"],
      [{ url: "ldap://" }, "url"],
      [{ baseDn: "" }, "baseDn"],
      [{ authentication: { type: "APIKEY" } }, "authentication"],
      [{ count: 0 }, "count"],
    ];
    for (const [wrong, names] of cases) {
      expectRefusal(await send("POST", connectors, { ...asked, ...wrong }), { ...invalidValue, names });
    }
  });

  test("forgets the password when it would be sent in clear, or to another host", async () => {
    const id = await connect();
    expect((await send("PATCH", `${connectors}/${id}`, { baseDn: "dc=other" })).json.hasSecret).toBe(true);
    expect((await send("PATCH", `${connectors}/${id}`, { url: directory.ldap })).json.hasSecret).toBe(false);
  });
});
