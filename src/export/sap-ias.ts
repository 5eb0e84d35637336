import { groupsCell, tableWriter } from "./table-writer.ts";

/** Users as SAP Cloud Identity Services import them for an application. */
export const sapIasExport = tableWriter("sap-ias", "users of an application of SAP Cloud Identity Services", [
  ["status", ({ attributes }) => (attributes.active === false ? "inactive" : "active")],
  ["loginName", "userName"],
  ["mail", "emails[primary].value"],
  ["firstName", "name.givenName"],
  ["lastName", "name.familyName"],
  ["language", "locale"],
  ["userType", "userType"],
  ["groups", groupsCell(",")],
]);
