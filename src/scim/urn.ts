/** The URNs of RFC 7643 §10 and RFC 7644 §8.2 that the engine speaks. */

const schemas = "urn:ietf:params:scim:schemas";
const messages = "urn:ietf:params:scim:api:messages:2.0";

export const userUrn = `${schemas}:core:2.0:User`;
export const groupUrn = `${schemas}:core:2.0:Group`;
export const enterpriseUserUrn = `${schemas}:extension:enterprise:2.0:User`;
/** Not of an RFC: what SAP Cloud Identity Services add to a user. */
export const sapUserUrn = `${schemas}:extension:sap:2.0:User`;
export const serviceProviderConfigUrn = `${schemas}:core:2.0:ServiceProviderConfig`;
export const resourceTypeUrn = `${schemas}:core:2.0:ResourceType`;
export const schemaUrn = `${schemas}:core:2.0:Schema`;
export const searchRequestUrn = `${messages}:SearchRequest`;
export const listResponseUrn = `${messages}:ListResponse`;
export const patchOpUrn = `${messages}:PatchOp`;
export const errorUrn = `${messages}:Error`;
export const bulkRequestUrn = `${messages}:BulkRequest`;
export const bulkResponseUrn = `${messages}:BulkResponse`;
