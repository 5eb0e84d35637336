import { expect } from "bun:test";
import { createUser } from "../support/scim.ts";
import { type Body, objects, type TestServer, text } from "../support/server.ts";

/** Makes one of each thing that administrators make, and tells their ids by the paths they stand in. */
export async function administer(
  server: TestServer,
  named: (what: string) => string,
): Promise<ReadonlyMap<string, string>> {
  const post = async (path: string, body: Body): Promise<Body> => {
    const headers = { "Content-Type": "application/json" };
    const answer = await server.request("POST", path, JSON.stringify(body), headers);
    expect([201, 200], `${path}: ${answer.text}`).toContain(answer.status);
    return answer.json;
  };
  const application = text((await post("/api/applications", { name: named("application") })).id);
  const store = text((await post("/api/user-stores", { name: `S${named("")}`.slice(0, 40) })).name);
  const jwksUrl = "https://login.example.org/keys";
  const issuer = text((await post("/api/issuers", { issuer: named("issuer"), audience: "muster", jwksUrl })).id);
  const emails = [{ value: "kim@example.org", primary: true }];
  const user = await createUser(server, { userName: named("invited"), emails });
  const link = await post(`/api/users/${user.id}/activation`, { applicationId: application });
  const mails = objects((await server.request("GET", "/api/mail")).json.mails);
  // Of this machine nothing is to be had where only the internet may be asked, which is told at once.
  const authentication = { type: "APIKEY", apiKey: "the-key-of-a-source" };
  const source = { name: named("connector"), url: "http://127.0.0.1:9", authentication };
  const connector = text((await post("/api/provisioning/connectors", source)).id);
  const launched = await server.request("POST", `/api/provisioning/connectors/${connector}/launch`, undefined, {
    Prefer: "wait=10",
  });
  return new Map([
    ["/api/provisioning/connectors/{id}", connector],
    ["/api/provisioning/extractions/{id}", text(launched.json.id)],
    ["/api/applications/{id}", application],
    ["/api/user-stores/{id}", store],
    ["/api/issuers/{id}", issuer],
    ["/api/activations/{id}", text(link.id)],
    ["/api/mail/{id}", text(mails[0]?.id)],
  ]);
}
