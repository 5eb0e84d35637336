import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { BasicAuthSecurity, type Client, createClientAsync } from "soap";
import { soapBytesMax } from "../../../src/http/compat/soap.ts";
import { xmlDepthMax, xmlElementsMax } from "../../../src/scim1/soap/xml.ts";
import { createGroup } from "../../support/scim.ts";
import {
  admin,
  type Body,
  objects,
  rawRequest,
  startServer,
  type TestServer,
  text,
  unique,
} from "../../support/server.ts";

const [userAdmin, userStores] = ["/services/UserAdmin", "/services/RemoteUserStoreManagerService"];

let server: TestServer;
/** The services as a client that read their WSDL calls them, by SOAP 1.1 and by 1.2. */
let clients: readonly { readonly admin: Client; readonly stores: Client }[];
beforeAll(async () => {
  server = await startServer();
  const open = async (path: string, forceSoap12Headers: boolean): Promise<Client> => {
    const client = await createClientAsync(`${server.url}${path}?wsdl`, { forceSoap12Headers });
    client.setSecurity(new BasicAuthSecurity(admin.userName, admin.password));
    return client;
  };
  clients = await Promise.all(
    [false, true].map(async (is12) => ({ admin: await open(userAdmin, is12), stores: await open(userStores, is12) })),
  );
});
afterAll(() => server.stop());

/** What an operation answers. */
async function call(client: Client | undefined, operation: string, parameters: Body): Promise<unknown> {
  const method = client?.[`${operation}Async`];
  if (method === undefined) throw new Error(`the client has no ${operation}`);
  const [result] = await method(parameters);
  return result;
}

/** The status and the text of the fault that an operation ends with. */
async function faultOf(
  client: Client | undefined,
  operation: string,
  parameters: Body,
): Promise<readonly [number, string]> {
  const error = await call(client, operation, parameters).then(
    (result) => {
      throw new Error(`${operation} answered ${JSON.stringify(result)}`);
    },
    (cause: { response?: { status: number }; root?: { Envelope: { Body: { Fault: Body } } } }) => cause,
  );
  const { faultstring, Reason } = error.root?.Envelope.Body.Fault ?? {};
  const reason = Reason as { Text: Body } | undefined;
  return [error.response?.status ?? 0, text(faultstring ?? reason?.Text.$value)];
}

const csv = (...names: string[]): string =>
  [
    "UserName,Password,Claims",
    ...names.map((name) => `${name},a-secret-of-${name},http://wso2.org/claims/country=France`),
  ].join("\n");
const base64 = (file: string): string => Buffer.from(file).toString("base64");
const claim = (name: string, value: string) => ({ claimURI: `http://wso2.org/claims/${name}`, value });

describe.each([0, 1])("a SOAP client (%#)", (index) => {
  const stores = () => clients[index]?.stores;
  const importer = () => clients[index]?.admin;

  test("adds a user, finds and lists it", async () => {
    const userName = unique();
    expect(await call(stores(), "isExistingUser", { userName })).toEqual({ return: false });
    const group = await createGroup(server);
    const claims = [claim("emailaddress", `${userName}@example.org`), claim("givenname", 'A=<b>&"c"')];
    const roleList = ["Internal/everyone", `PRIMARY/${group.displayName}`];
    const added = {
      userName,
      credential: `secret-of-${userName}`,
      roleList,
      claims,
      profileName: "default",
      requirePasswordChange: false,
    };
    expect(await call(stores(), "addUser", added)).toBeNull();
    expect(await call(stores(), "isExistingUser", { userName: `PRIMARY/${userName.toUpperCase()}` })).toEqual({
      return: true,
    });
    const listed = await call(stores(), "listUsers", { filter: `${userName.slice(0, -1)}*`, maxItemLimit: 100 });
    expect(listed).toEqual({ return: [userName] });
    const found = await server.request("GET", `/scim/v2/Users?filter=userName+eq+"${userName}"`);
    const [user] = objects(found.json.Resources);
    expect(user).toMatchObject({ name: { givenName: 'A=<b>&"c"' }, emails: [{ value: `${userName}@example.org` }] });
    expect(objects(user?.groups).map(({ value }) => value)).toEqual([group.id]);
    const login = { Authorization: `Basic ${btoa(`${userName}:secret-of-${userName}`)}` };
    expect((await server.request("GET", "/scim/v2/Me", undefined, login)).status).toBe(200);
  });

  test("is told why a user was not added", async () => {
    const userName = unique();
    await call(stores(), "addUser", { userName, credential: "a-secret-of-somebody" });
    const cases: readonly (readonly [Body, string])[] = [
      [
        { userName, credential: "x" },
        "UserAlreadyExisting:Username already exists in the system. Please pick another username.",
      ],
      [{ userName: unique(), roleList: ["nobody"] }, "There is no role nobody."],
      [
        { userName: `NOWHERE/${unique()}` },
        "Cannot add user through scim to user store . SCIM is not enabled for user store NOWHERE",
      ],
      [{}, "Required attribute userName is missing in the SCIM Object."],
      [
        { userName: unique(), claims: [claim("shoeSize", "43")] },
        "http://wso2.org/claims/shoeSize is no claim that has a SCIM attribute",
      ],
    ];
    for (const [parameters, fault] of cases) {
      expect(await faultOf(stores(), "addUser", parameters)).toEqual([400, fault]);
    }
  });

  test("has a user choose a password by mail, or change it within a day", async () => {
    const [asked, changing] = [unique(), unique()];
    const claims = [claim("emailaddress", `${asked}@example.org`), claim("identity/askPassword", "true")];
    await call(stores(), "addUser", { userName: asked, credential: "placeholder", claims });
    const mails = objects((await server.request("GET", "/api/mail")).json.mails);
    expect(mails.filter(({ to }) => to === `${asked}@example.org`)).toHaveLength(1);
    await call(stores(), "addUser", {
      userName: changing,
      credential: "a-secret-for-a-day",
      requirePasswordChange: true,
    });
    const record = await server.withStore((store) => store.access.credential(1, "User", changing));
    expect((record?.passwordUntil ?? 0) - Date.now()).toBeWithin(86_000_000, 86_400_001);
  });

  test("imports a file, and is told WSO2's sentence when not all went in", async () => {
    const [first, second] = [unique(), unique()];
    const file = {
      userStoreDomain: "PRIMARY",
      fileName: "users.csv",
      handler: base64(csv(first, second)),
      defaultPassword: "x",
    };
    expect(await call(importer(), "bulkImportUsers", file)).toBeNull();
    expect(await call(stores(), "isExistingUser", { userName: second })).toEqual({ return: true });
    expect(await faultOf(importer(), "bulkImportUsers", file)).toEqual([
      400,
      "Bulk User Import was completed with Errors. Success count : 0,  Failed Count : 0, Duplicate Count : 2.",
    ]);
    const [job] = objects((await server.request("GET", "/api/imports?limit=1")).json.imports);
    expect(job).toMatchObject({ fileName: "users.csv", dialect: "wso2-claims", state: "completed_with_errors" });
  });

  test("is told what is wrong with a file", async () => {
    const cases: readonly (readonly [Body, string])[] = [
      [{ handler: base64("x") }, "Required data not provided"],
      [{ fileName: "users.csv" }, "Required data not provided"],
      [{ fileName: "users.pdf", handler: base64("x") }, "Unsupported format"],
      [{ fileName: "users.csv", handler: "not base64!" }, "handler must be the file in base64."],
      [
        { fileName: "users.csv", handler: base64(csv("a")), userStoreDomain: "NOWHERE" },
        'there is no user store "NOWHERE"; nothing was imported',
      ],
    ];
    for (const [parameters, fault] of cases) {
      expect(await faultOf(importer(), "bulkImportUsers", parameters)).toEqual([400, fault]);
    }
    const [status] = await faultOf(importer(), "bulkImportUsers", {
      fileName: "old.xls",
      handler: Buffer.from("d0cf11e0a1b11ae1", "hex").toString("base64"),
    });
    expect(status).toBe(400);
  });
});

test("listUsers lists everybody, by as many as are asked for", async () => {
  const mine = await startServer();
  try {
    const client = await createClientAsync(`${mine.url}${userStores}?wsdl`);
    client.setSecurity(new BasicAuthSecurity(admin.userName, admin.password));
    expect(await call(client, "listUsers", { filter: "*", maxItemLimit: -1 })).toBeNull();
    const names = Array.from({ length: 1500 }, (_, index) => `user${index}`);
    const body = {
      fileName: "users.csv",
      handler: base64(["UserName,Password", ...names.map((name) => `${name},`)].join("\n")),
    };
    const importer = await createClientAsync(`${mine.url}${userAdmin}?wsdl`);
    importer.setSecurity(new BasicAuthSecurity(admin.userName, admin.password));
    await call(importer, "bulkImportUsers", body);
    expect(await call(client, "listUsers", { filter: "*", maxItemLimit: -1 })).toEqual({ return: names });
    expect(await call(client, "listUsers", { filter: "*", maxItemLimit: 2 })).toEqual({ return: names.slice(0, 2) });
    expect(await call(client, "listUsers", { filter: "*", maxItemLimit: 0 })).toBeNull();
    expect((await faultOf(client, "listUsers", { filter: "*", maxItemLimit: "many" }))[0]).toBe(400);
  } finally {
    await mine.stop();
  }
}, 30_000);

const envelope = (operation: string, header = ""): string =>
  `<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">${header}<s:Body>${operation}</s:Body></s:Envelope>`;
const isExisting = envelope("<isExistingUser><userName>kim</userName></isExistingUser>");
const xml = { "Content-Type": "text/xml; charset=utf-8" };
const post = (body: string | Uint8Array, headers: Readonly<Record<string, string | null>> = xml, path = userStores) =>
  server.request("POST", path, body, headers);

describe("a request to a service", () => {
  test("may go to the endpoint that WSO2's description names", async () => {
    for (const path of [`${userStores}.RemoteUserStoreManagerServiceHttpsSoap11Endpoint/`, `${userStores}/`]) {
      expect((await post(isExisting, xml, path)).text).toContain("<ns:return>false</ns:return>");
    }
  });

  test("needs credentials, and the scope for it", async () => {
    const unknown = await post(isExisting, { ...xml, Authorization: null });
    expect([unknown.status, unknown.header("WWW-Authenticate")]).toEqual([401, expect.stringContaining("Basic")]);
    expect(unknown.text).toContain("<faultcode>soapenv:Client</faultcode>");
    const token = await server.makeToken({ scopes: ["scim:write"] });
    const denied = await post(isExisting, { ...xml, Authorization: `Bearer ${token}` });
    expect([denied.status, denied.text]).toEqual([403, expect.stringContaining("scim:read")]);
    const add = envelope("<addUser><userName>kim</userName></addUser>");
    const reader = await server.makeToken({ scopes: ["scim:read"] });
    expect((await post(add, { ...xml, Authorization: `Bearer ${reader}` })).status).toBe(403);
    const file = envelope("<bulkImportUsers/>");
    expect((await post(file, { ...xml, Authorization: `Bearer ${reader}` }, userAdmin)).status).toBe(403);
  });

  test("of another media type is 415, by another method 405, to another service 404", async () => {
    for (const type of ["application/json", "multipart/related; type=x", ""]) {
      expect((await post(isExisting, { "Content-Type": type === "" ? null : type })).status).toBe(415);
    }
    expect((await server.request("GET", userStores)).status).toBe(405);
    expect((await server.request("PUT", userStores, isExisting, xml)).status).toBe(405);
    expect((await server.request("GET", "/services/Other?wsdl")).status).toBe(404);
  });

  test("of too many bytes is 413 before they are there", async () => {
    for (const [path, bytesMax] of [
      [userStores, soapBytesMax.RemoteUserStoreManagerService],
      [userAdmin, soapBytesMax.UserAdmin],
    ] as const) {
      const about = ["Content-Type: text/xml", `Content-Length: ${bytesMax + 1}`];
      const answer = await rawRequest(server, `POST ${path} HTTP/1.1`, about);
      expect([answer.status, answer.body]).toEqual([413, expect.stringContaining("Fault")]);
    }
  });

  const nested = "<a>".repeat(xmlDepthMax + 1) + "</a>".repeat(xmlDepthMax + 1);
  const hostile: readonly (readonly [string, string | Uint8Array, number])[] = [
    ["nothing", "", 400],
    ["no XML", "{}", 400],
    ["an element that is not closed", "<a>", 400],
    ["a document type", `<!DOCTYPE a>${isExisting}`, 400],
    ["an entity of a file", `<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>${envelope("<a>&x;</a>")}`, 400],
    ["entities of entities", `<!DOCTYPE a [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]>${envelope("<a>&b;</a>")}`, 400],
    ["an entity that nobody declared", envelope("<a>&nbsp;</a>"), 400],
    ["a processing instruction", `<?php x ?>${isExisting}`, 400],
    ["another envelope", "<Envelope/>", 400],
    [
      "the envelope of SOAP 1.2 as 1.1",
      isExisting.replace("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope"),
      400,
    ],
    ["no operation", envelope(""), 400],
    ["two operations", envelope("<a/><b/>"), 400],
    ["an operation that is not offered", envelope("<deleteUser/>"), 400],
    ["an operation of every object", envelope("<constructor/>"), 400],
    [
      "a header that must be understood",
      envelope("<isExistingUser/>", '<s:Header><w s:mustUnderstand="1"/></s:Header>'),
      400,
    ],
    ["elements too deep", envelope(nested), 400],
    ["too many elements", envelope(`<isExistingUser>${"<a/>".repeat(xmlElementsMax)}</isExistingUser>`), 413],
    ["bytes that are no UTF-8", new Uint8Array([0x3c, 0xff, 0xfe]), 400],
    ["a name of a million characters", envelope(`<${"a".repeat(1_000_000)}/>`), 400],
  ];
  test.each(hostile)("with %s is refused with a fault", async (_, body, status) => {
    const answer = await post(body);
    expect([answer.status, answer.header("Content-Type")]).toEqual([status, "text/xml; charset=utf-8"]);
    expect(answer.text).toContain("<soapenv:Fault><faultcode>soapenv:Client</faultcode><faultstring>");
    expect(answer.text.length).toBeLessThan(1000);
    expect((await server.request("GET", "/readyz")).status).toBe(200);
  });

  test("with signs that XML has not is answered in XML", async () => {
    const userName = unique();
    const body = { schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"], userName: `${userName}\u0001<&>` };
    await server.request("POST", "/scim/v2/Users", body);
    const answer = await post(
      envelope(`<listUsers><filter>${userName}*</filter><maxItemLimit>5</maxItemLimit></listUsers>`),
    );
    expect(answer.text).toContain(`<ns:return>${userName}\u{fffd}&lt;&amp;&gt;</ns:return>`);
  });

  test("says nothing where a value says that it is nil", async () => {
    const nil = '<userName xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:nil="true">kim</userName>';
    const answer = await post(envelope(`<addUser>${nil}</addUser>`));
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining("userName")]);
  });
});
