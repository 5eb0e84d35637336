import type { Body } from "../support/server.ts";

/* The requests of the pages of WSO2 (import users), SimpleIdServer (SCIM) and Janssen (adding users in bulk). */

/** WSO2's sample of a Bulk request, in which one user manages the other. */
export const wso2Bulk =
  'curl -v -k --user admin:admin --data \'{"failOnErrors":1,"schemas":["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],' +
  '"Operations":[{"method": "POST","path": "/Users","bulkId": "qwerty","data":{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],' +
  '"userName": "Kris","password":"krispass"}},{"method": "POST","path": "/Users","bulkId":"ytrewq","data":{"schemas":' +
  '["urn:ietf:params:scim:schemas:core:2.0:User","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],"userName":"Jesse",' +
  '"password":"jessepass","urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"employeeNumber": "11250","manager": ' +
  '{"value": "bulkId:qwerty"}}}}]}\' --header "Content-Type:application/scim+json" https://localhost:9443/scim2/Bulk';

/** The API key of SimpleIdServer's SCIM service as it comes out of the box. */
export const simpleIdServerKey = "ba521b3b-02f7-4a37-b03c-58f713bf88e7";

/** One of SimpleIdServer's two users, who differ in their name alone. */
export function simpleIdServerUser(userName: string): Body {
  return {
    schemas: [
      "urn:ietf:params:scim:schemas:core:2.0:User",
      "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
    ],
    userName,
    active: true,
    displayName: "lennay",
    externalId: "e1f4c134-2dec-4754-bb50-9e786e4ecae9",
    department: "Department",
    name: { formatted: "Andrew Ryan", familyName: "Ryan", givenName: "Andrew" },
    emails: [
      { primary: true, type: "work", value: "andrew@gmail.com" },
      { primary: false, type: "home", value: "andrewhome@gmail.com" },
    ],
  };
}

/** Janssen's payload of three users without bulkIds, of whom the last is there already. */
export const janssenBulk: Body = {
  schemas: ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
  Operations: [
    {
      method: "POST",
      path: "/Users",
      data: { schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"], userName: "alanis" },
    },
    {
      method: "POST",
      path: "/Users",
      data: {
        schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
        userName: "sheryl",
        active: true,
        password: "top-secret",
        roles: [{ value: "Master of puppets" }],
      },
    },
    {
      method: "POST",
      path: "/Users",
      data: {
        schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
        userName: "becca",
        externalId: "becca_ponx_1234",
        name: { familyName: "Cadalzo", givenName: "Rebecca" },
      },
    },
  ],
};
