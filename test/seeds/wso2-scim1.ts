import { expect } from "bun:test";
import { type Body, text } from "../support/server.ts";
import type { Replay, Step } from "./replay.ts";

/*
 * The requests and answers of WSO2 Identity Server 5.7's page on its SCIM 1.1 API, in the page's order. Templates with
 * {NAMES} in braces are not among them, nor the two lines that no shell takes as they are printed: one whose quotes are
 * not escaped, and one that lacks the blank before its address. Both are there in the form in which the page has them
 * for the other tenant.
 */

/** Ids of the page: the user hasinitg has three, and the groups one each. */
const hasinitg = "0032fd29-55a9-4fb9-be82-b1c97c073f02";
const hasinitgInPatch = "15722a71-3bd1-4864-8460-1e63a2dace65";
const hasinitgAsMember = "316214c0-dd7e-4dc3-bed8-e91227d32597";
const pulasthim = "b228b59d-db19-4064-b637-d33c31209fae";
const engineer = "b4f9bccf-4f79-4288-be21-78e0d4500714";
const manager = "484cdc26-9136-427b-ad9e-96ea3082e1f5";

const schemas = ["urn:scim:schemas:core:1.0"];
const at = "2016-01-26T16:46:53";
const meta = (endpoint: string, id: string) => ({
  lastModified: at,
  location: `https://localhost:9443/wso2/scim/${endpoint}/${id}`,
  created: at,
});
const list = (...Resources: readonly Body[]) => ({ schemas, totalResults: Resources.length, Resources });
const name = { familyName: "gunasinghe", givenName: "hasinitg" };
const firstEmails = [
  { value: "hasini_home.com", type: "home" },
  { value: "hasini_work.com", type: "work" },
];
const nextEmails = [
  { value: "hasini@wso2.com", type: "work" },
  { value: "hasi7786@gmail.com", type: "home" },
];

/** Makes what the page makes in the management console. */
async function inConsole({ server, ids }: Replay, path: string, body: Body, printedId: string): Promise<void> {
  const headers = { "Content-Type": "application/json", Authorization: `Bearer ${server.token}` };
  const answer = await fetch(server.url + path, { method: "POST", headers, body: JSON.stringify(body) });
  expect(answer.status).toBe(201);
  ids.set(printedId, text(((await answer.json()) as Body).id));
}

const createUser =
  'curl -v -k --user admin:admin --data \'{"schemas":[],"name":{"familyName":"gunasinghe","givenName":"hasinitg"},' +
  '"userName":"hasinitg","password":"hasinitg","emails":[{"primary":true,"value":"hasini_home.com","type":"home"},' +
  '{"value":"hasini_work.com","type":"work"}]}\' --header "Content-Type:application/json" https://localhost:9443/wso2/scim/Users';
const putBody =
  '{"schemas":[],"name":{"familyName":"gunasinghe","givenName":"hasinitg"},"userName":"hasinitg",' +
  '"emails":[{"value":"hasini@wso2.com","type":"work"},{"value":"hasi7786@gmail.com","type":"home"}]}';
const afterPut = {
  id: hasinitg,
  schemas,
  name,
  userName: "hasinitg",
  emails: nextEmails,
  meta: meta("Users", hasinitg),
};
const created = { ...afterPut, emails: firstEmails };

export const wso2Scim1: readonly Step[] = [
  { title: "create a user", curl: createUser, status: 201, makes: [hasinitg, hasinitgAsMember], answer: created },
  {
    title: "get a user",
    curl: `curl -v -k --user admin:admin https://localhost:9443/wso2/scim/Users/${hasinitg}`,
    status: 200,
    answer: created,
  },
  {
    title: "get the user that is logged in, who has a role with the privileges of an administrator",
    before: async ({ server, ids }) => {
      await server.commit({ kind: "setRoles", userId: ids.get(hasinitg) ?? "", roles: ["administrator"] });
    },
    curl: "curl -v -k --user hasinitg:hasinitg https://localhost:9443/wso2/scim/Users/me",
    status: 200,
    answer: created,
  },
  {
    title: "list users, of whom another was made in the console",
    before: (run) => inConsole(run, "/wso2/scim/Users", { userName: "pulasthim" }, pulasthim),
    curl: "curl -v -k --user admin:admin https://localhost:9443/wso2/scim/Users",
    status: 200,
    answer: list(
      { id: hasinitg, userName: "hasinitg", meta: meta("Users", hasinitg) },
      { id: pulasthim, userName: "pulasthim", meta: meta("Users", pulasthim) },
    ),
  },
  {
    title: "update a user",
    curl: `curl -v -k --user admin:admin -X PUT -d '${putBody}' --header "Content-Type:application/json" https://localhost:9443/wso2/scim/Users/${hasinitg}`,
    status: 200,
    answer: afterPut,
  },
  {
    title: "update the user that is logged in",
    curl: `curl -v -k --user hasinitg:hasinitg -X PUT -d '${putBody}' --header "Content-Type:application/json" https://localhost:9443/wso2/scim/Users/me`,
    status: 200,
    answer: afterPut,
  },
  {
    title: "patch a user, as it was made",
    before: async (run) => {
      const made = run.ids.get(hasinitg) ?? "";
      const headers = { Authorization: `Bearer ${run.server.token}` };
      const gone = await fetch(`${run.server.url}/wso2/scim/Users/${made}`, { method: "DELETE", headers });
      expect(gone.status).toBe(200);
      const body: Body = { userName: "hasinitg", password: "hasinitg", name, emails: firstEmails };
      await inConsole(run, "/wso2/scim/Users", body, hasinitg);
      for (const id of [hasinitgInPatch, hasinitgAsMember]) run.ids.set(id, run.ids.get(hasinitg) ?? "");
    },
    curl:
      'curl -v -k --user admin:admin -X PATCH -d \'{"schemas": ["urn:scim:schemas:core:1.0"],"name":\n    {"familyName": "Tester"},' +
      '"userName": "hasinitg","meta": {"attributes": []}}\' --header "Content-Type:application/json" ' +
      `https://localhost:9443/wso2/scim/Users/${hasinitgInPatch}`,
    status: 200,
    answer: {
      emails: firstEmails,
      meta: meta("Users", hasinitgInPatch),
      schemas,
      name: { familyName: "Tester", givenName: "hasinitg" },
      id: hasinitgInPatch,
      userName: "hasinitg",
    },
  },
  {
    title: "delete a user",
    curl: `curl -v -k --user admin:admin -X DELETE https://localhost:9443/wso2/scim/Users/${pulasthim} -H "Accept: application/json"`,
    status: 200,
  },
  {
    title: "filter users",
    curl: "curl -v -k --user admin:admin https://localhost:9443/wso2/scim/Users?filter=userName+Eq+%22hasinitg%22",
    status: 200,
    answer: list({ id: hasinitg, userName: "hasinitg", meta: meta("Users", hasinitg) }),
  },
  {
    title: "create a group with a member",
    curl:
      `curl -v -k --user admin:admin --data '{"displayName": "engineer","members": [{"value":"${hasinitgAsMember}","display": "hasinitg"}]}' ` +
      '--header "Content-Type:application/json" https://localhost:9443/wso2/scim/Groups',
    status: 201,
    makes: [engineer],
    answer: {
      id: engineer,
      schemas,
      displayName: "PRIMARY/engineer",
      members: [{ value: hasinitg, display: "hasinitg" }],
      meta: meta("Groups", engineer),
    },
  },
  {
    title: "list groups, of which another was made in the console",
    before: (run) => inConsole(run, "/wso2/scim/Groups", { displayName: "manager" }, manager),
    curl: "curl -v -k --user admin:admin https://localhost:9443/wso2/scim/Groups",
    status: 200,
    answer: list(
      { id: engineer, displayName: "PRIMARY/engineer", meta: meta("Groups", engineer) },
      { id: manager, displayName: "PRIMARY/manager", meta: meta("Groups", manager) },
    ),
  },
  {
    title: "rename a group",
    curl: `curl -v -k --user admin:admin -X PATCH -d '{"displayName": "executive"}' --header "Content-Type:application/json" https://localhost:9443/wso2/scim/Groups/${manager}`,
    status: 200,
    answer: { id: manager, schemas, displayName: "PRIMARY/executive", meta: meta("Groups", manager) },
  },
  {
    title: "delete a group",
    curl: `curl -v -k --user admin:admin -X DELETE https://localhost:9443/wso2/scim/Groups/${manager} -H "Accept: application/json"`,
    status: 200,
  },
  ...["displayName+Eq+%22engineer%22", "displayNameEqengineer"].map(
    (filter): Step => ({
      title: `filter groups by ${filter}`,
      curl: `curl -v -k --user admin:admin https://localhost:9443/wso2/scim/Groups?filter=${filter}`,
      status: 200,
      answer: list({ id: engineer, displayName: "PRIMARY/engineer", meta: meta("Groups", engineer) }),
    }),
  ),
  {
    title: "filter groups by a part of their name",
    before: (run) => inConsole(run, "/wso2/scim/Groups", { displayName: "manager" }, manager),
    curl: "curl -v -k --user admin:admin 'https://localhost:9443/wso2/scim/Groups?filter=displayName Eq *a*'",
    status: 200,
    answer: list({ id: manager, displayName: "PRIMARY/manager", meta: meta("Groups", manager) }),
  },
];

/** The sample scenario: a group and two users of a user store, in a tenant. */
export function scenario(login: string): readonly Step[] {
  const [group, first, second] = [
    "8ee9253e-4fe1-4863-9641-80d807611707",
    "bbda8f2f-fea7-4a9c-9128-f1e0c3aad475",
    "e04e20ca-6321-4c75-88b9-cfa5a600e356",
  ];
  const person = { familyName: "John", givenName: "Doe" };
  const curl = (rest: string): string => `curl -k --user ${login} ${rest}`;
  const json = '--header "Content-Type:application/json"';
  const create = (userName: string, id: string): Step => ({
    title: `create user ${userName}`,
    curl: curl(
      `--data '{"schemas":[],"name":{"familyName":"John","givenName":"Doe"},"userName":"${userName}","password":"testPwd123"}' ` +
        `${json} https://localhost:9443/wso2/scim/Users`,
    ),
    status: 201,
    makes: [id],
    answer: { id, schemas, name: person, userName, meta: meta("Users", id) },
  });
  const join = (userName: string, id: string, members: readonly Body[]): Step => ({
    title: `add user ${userName} to the group`,
    curl: curl(
      `-X PATCH -d '{"displayName": "AMRSNGHE/ngioletGR","members": [{"value":"${id}","display": "${userName}"}]}' ` +
        `${json} https://localhost:9443/wso2/scim/Groups/${group}`,
    ),
    status: 200,
    answer: { id: group, schemas, displayName: "AMRSNGHE/ngioletGR", members, meta: meta("Groups", group) },
  });
  const [one, two] = [
    { value: first, display: "AMRSNGHE/groupUSR001" },
    { value: second, display: "AMRSNGHE/groupUSR002" },
  ];
  return [
    {
      title: "create group AMRSNGHE/ngioletGR",
      curl: curl(`--data '{"displayName": "AMRSNGHE/ngioletGR"}' ${json} https://localhost:9443/wso2/scim/Groups`),
      status: 201,
      makes: [group],
      answer: { id: group, schemas, displayName: "AMRSNGHE/ngioletGR", meta: meta("Groups", group) },
    },
    create("AMRSNGHE/groupUSR001", first),
    create("AMRSNGHE/groupUSR002", second),
    join("AMRSNGHE/groupUSR001", first, [one]),
    join("AMRSNGHE/groupUSR002", second, [one, two]),
    {
      title: "list the group members",
      curl: curl(`https://localhost:9443/wso2/scim/Groups/${group}`),
      status: 200,
      answer: {
        id: group,
        schemas,
        displayName: "AMRSNGHE/ngioletGR",
        members: [one, two],
        meta: meta("Groups", group),
      },
    },
  ];
}

const bulkHead =
  'curl -v -k --user admin:admin -H "Accept: application/json" -H "Content-type: application/json" -X POST -d ' +
  '"{\\"failOnErrors\\":2,\\"schemas\\":[\\"urn:scim:schemas:core:1.0\\"],\\"Operations\\":';

/** The two Bulk requests; members are users that the first one made. */
export const wso2Scim1Bulk = {
  users:
    bulkHead +
    '[{\\"data\\":{\\"schemas\\":[\\"urn:scim:schemas:core:1.0\\"],\\"path\\":\\"/Users\\",\\"userName\\":\\"hasini\\",\\"method\\":\\"POST\\",' +
    '\\"emails\\":[{\\"value\\":\\"hasini@gmail.com\\"},{\\"value\\":\\"hasinig@yahoo.com\\"}],\\"phoneNumbers\\":[{\\"value\\":\\"0772508354\\"}],' +
    '\\"displayName\\":\\"Hasini\\",\\"externalId\\":\\"hasini@wso2.com\\",\\"password\\":\\"dummyPW1\\",\\"preferredLanguage\\":\\"Sinhala\\",' +
    '\\"bulkId\\":\\"bulkIDUser1\\"},\\"path\\":\\"/Users\\",\\"method\\":\\"POST\\",\\"bulkId\\":\\"bulkIDUser1\\"},' +
    '{\\"data\\":{\\"schemas\\":[\\"urn:scim:schemas:core:1.0\\"],\\"path\\":\\"/Users\\",\\"userName\\":\\"dinuka\\",\\"method\\":\\"POST\\",' +
    '\\"emails\\":[{\\"value\\":\\"dinuka.malalanayake@gmail.com\\"},{\\"value\\":\\"dinuka_malalanayake@yahoo.com\\"}],' +
    '\\"phoneNumbers\\":[{\\"value\\":\\"0772508354\\"}],\\"displayName\\":\\"Dinuka\\",\\"externalId\\":\\"dinukam@wso2.com\\",' +
    '\\"password\\":\\"myPassword\\",\\"preferredLanguage\\":\\"Sinhala\\",\\"bulkId\\":\\"bulkIDUser2\\"},\\"path\\":\\"/Users\\",' +
    '\\"method\\":\\"POST\\",\\"bulkId\\":\\"bulkIDUser2\\"}]}" https://localhost:9443/wso2/scim/Bulk',
  groups:
    bulkHead +
    '[{\\"data\\":{\\"schemas\\":[\\"urn:scim:schemas:core:1.0\\"],\\"path\\":\\"/Groups\\",\\"method\\":\\"POST\\",\\"displayName\\":\\"engineer\\",' +
    '\\"externalId\\":\\"engineer\\",\\"members\\":[{\\"value\\":\\"b1b03cf2-470f-4a73-b517-ae4faed8e61b\\"},' +
    '{\\"value\\":\\"8e2c7178-e5bf-4013-b526-1193e0611d9a\\"}],\\"bulkId\\":\\"bulkGroup1\\"},\\"path\\":\\"/Groups\\",\\"method\\":\\"POST\\",' +
    '\\"bulkId\\":\\"bulkGroup1\\"},{\\"data\\":{\\"schemas\\":[\\"urn:scim:schemas:core:1.0\\"],\\"path\\":\\"/Groups\\",\\"method\\":\\"POST\\",' +
    '\\"displayName\\":\\"doctor\\",\\"externalId\\":\\"doctor\\",\\"members\\":[{\\"value\\":\\"8e2c7178-e5bf-4013-b526-1193e0611d9a\\"},' +
    '{\\"value\\":\\"b1b03cf2-470f-4a73-b517-ae4faed8e61b\\"}],\\"bulkId\\":\\"bulkGroup2\\"},\\"path\\":\\"/Groups\\",\\"method\\":\\"POST\\",' +
    '\\"bulkId\\":\\"bulkGroup2\\"}]}" https://localhost:9443/wso2/scim/Bulk',
  members: ["b1b03cf2-470f-4a73-b517-ae4faed8e61b", "8e2c7178-e5bf-4013-b526-1193e0611d9a"],
} as const;
